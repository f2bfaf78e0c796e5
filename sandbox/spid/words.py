"""The identity provider's words in the person's language."""

from __future__ import annotations

LANGUAGES = ("it", "fr", "en")

_WORDS: dict[str, tuple[str, str, str]] = {
    # key: (it, fr, en)
    "sandbox": (
        "Sandbox: qui non c'è niente di reale",
        "Bac à sable : rien ici n'est réel",
        "Sandbox: nothing here is real",
    ),
    "title": ("Attiva la tua identità SPID", "Activer votre identité SPID", "Activate your SPID identity"),
    "lead": (
        "Gestore di identità digitale (simulato). Il riconoscimento video è disponibile tutti i giorni, a ogni ora.",
        "Fournisseur d'identité (simulé). L'identification vidéo est possible tous les jours, à toute heure.",
        "Identity provider (played). Video recognition is open every day, at any hour.",
    ),
    "step_data": ("I tuoi dati", "Vos données", "Your data"),
    "step_codes": ("Conferma e-mail e cellulare", "Confirmer l'e-mail et le mobile", "Confirm e-mail and mobile"),
    "step_document": ("I tuoi documenti", "Vos documents", "Your documents"),
    "step_video": ("Riconoscimento video", "Identification vidéo", "Video recognition"),
    "name": ("Nome", "Prénom", "First name"),
    "surname": ("Cognome", "Nom", "Surname"),
    "tax_code": ("Codice fiscale", "Code fiscal", "Tax code (codice fiscale)"),
    "email": ("E-mail", "E-mail", "E-mail"),
    "mobile": ("Cellulare", "Mobile", "Mobile number"),
    "email_code": ("Codice ricevuto per e-mail", "Code reçu par e-mail", "Code from the e-mail"),
    "sms_code": ("Codice ricevuto con un SMS", "Code reçu par SMS", "Code from the text message"),
    "document": ("Documento", "Pièce d'identité", "ID document"),
    "cie": ("Carta d'identità elettronica", "Carte d'identité électronique", "Electronic identity card"),
    "passport": ("Passaporto", "Passeport", "Passport"),
    "licence": ("Patente di guida", "Permis de conduire", "Driving licence"),
    "health_card": (
        "Ho con me la tessera sanitaria o quella del codice fiscale",
        "J'ai sur moi la carte de santé ou celle du code fiscal",
        "I have my health card or my codice fiscale card with me",
    ),
    "video_text": (
        "Qui risponderebbe un operatore. Scegli che cosa succede.",
        "Ici un opérateur répondrait. Choisissez ce qui se passe.",
        "Here an operator would answer. Choose what happens.",
    ),
    "succeeds": ("L'operatore mi riconosce", "L'opérateur m'identifie", "The operator recognises me"),
    "fails": ("Il riconoscimento non riesce", "L'identification échoue", "The recognition fails"),
    "why": ("Perché", "Pourquoi", "Why"),
    "failure_document": ("Documento scaduto", "Pièce expirée", "Document expired"),
    "failure_health_card": ("Tessera sanitaria mancante", "Carte de santé manquante", "Health card missing"),
    "failure_picture": ("Immagine o audio insufficienti", "Image ou son insuffisants", "Picture or sound too poor"),
    "failure_already": ("Identità già presente", "Identité déjà présente", "There is an identity already"),
    "failure_stopped": ("Interrotto", "Interrompu", "Broken off"),
    "go_on": ("Continua", "Continuer", "Go on"),
    "failed_title": ("Riconoscimento non riuscito", "Identification échouée", "Not recognised"),
    "failed_text": (
        "Puoi riprovare con lo stesso indirizzo, quando vuoi.",
        "Vous pouvez réessayer à la même adresse, quand vous voulez.",
        "You can try again at the same address, whenever you like.",
    ),
    "again": ("Riprova", "Réessayer", "Try again"),
    "done_title": ("Fatto", "Terminé", "Done"),
    "done_text": (
        "Riceverai un'e-mail quando l'identità sarà attiva: da qualche minuto a qualche ora.",
        "Vous recevrez un e-mail quand l'identité sera active : de quelques minutes à quelques heures.",
        "An e-mail comes when the identity is active: after minutes or hours.",
    ),
    "unknown_title": ("Voucher non valido", "Bon non valable", "Voucher not valid"),
    "unknown_text": (
        "Questo indirizzo non esiste o è già stato usato.",
        "Cette adresse n'existe pas ou a déjà été utilisée.",
        "This address does not exist, or has been used.",
    ),
    "incomplete": ("Compila tutti i campi.", "Remplissez tous les champs.", "Fill in every field."),
    "bad_tax_code": (
        "Il codice fiscale non è corretto.",
        "Le code fiscal n'est pas correct.",
        "The tax code is not right.",
    ),
    "already": (
        "Codice fiscale già presente: questa persona ha già un'identità qui.",
        "Code fiscal déjà présent : cette personne a déjà une identité ici.",
        "Tax code known already: this person has an identity here.",
    ),
    "wrong_code": ("Un codice non è giusto.", "Un code n'est pas correct.", "A code is not right."),
}  # fmt: skip


def language_of(accepted: str) -> str:
    """The browser's language, or English."""
    for part in accepted.split(","):
        if part.strip()[:2].lower() in LANGUAGES:
            return part.strip()[:2].lower()
    return "en"


def words(language: str) -> dict[str, str]:
    """All words in one language."""
    at = LANGUAGES.index(language)
    return {key: forms[at] for key, forms in _WORDS.items()}
