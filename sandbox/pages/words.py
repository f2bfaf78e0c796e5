"""The signing page's words in the signer's language."""

from __future__ import annotations

from ..models import Signer

LANGUAGES = ("it", "fr", "en")

_WORDS: dict[str, tuple[str, str, str]] = {
    # key: (it, fr, en)
    "sandbox": (
        "Sandbox: qui non c'è niente di reale",
        "Bac à sable : rien ici n'est réel",
        "Sandbox: nothing here is real",
    ),
    "page_title": ("Firma del documento", "Signature du document", "Sign the document"),
    "untitled": ("Documento senza titolo", "Document sans titre", "Untitled document"),
    "for": ("Firmatario", "Signataire", "Signer"),
    "document": ("Documento", "Document", "Document"),
    "open_document": ("Apri il documento (PDF)", "Ouvrir le document (PDF)", "Open the document (PDF)"),
    "no_viewer": (
        "Il browser non mostra i PDF qui: aprilo con il collegamento.",
        "Le navigateur n'affiche pas les PDF ici : ouvrez-le avec le lien.",
        "Your browser does not show PDFs here: open it with the link.",
    ),
    "places": ("Dove firmi", "Où vous signez", "Where you sign"),
    "page": ("Pagina", "Page", "Page"),
    "nothing_drawn": (
        "Niente viene disegnato sulle pagine.",
        "Rien n'est dessiné sur les pages.",
        "Nothing is drawn on the pages.",
    ),
    "step_code": ("Ricevi il codice", "Recevoir le code", "Get your code"),
    "code_explained": (
        "Prima di firmare ti inviamo un codice valido una sola volta.",
        "Avant de signer, nous vous envoyons un code à usage unique.",
        "Before you sign we send you a one-time code.",
    ),
    "by_sms": ("Con un SMS", "Par SMS", "By text message"),
    "by_email": ("Per e-mail", "Par e-mail", "By e-mail"),
    "channel": ("Come vuoi ricevere il codice", "Comment recevoir le code", "How to send the code"),
    "mobile": ("Cellulare", "Mobile", "Mobile number"),
    "email": ("E-mail", "E-mail", "E-mail"),
    "name": ("Nome", "Prénom", "First name"),
    "surname": ("Cognome", "Nom", "Surname"),
    "send_code": ("Invia il codice", "Envoyer le code", "Send the code"),
    "send_again": ("Invia un altro codice", "Envoyer un autre code", "Send another code"),
    "must_read": (
        "Ho letto il documento per intero",
        "J'ai lu le document en entier",
        "I have read the whole document",
    ),
    "must_read_error": (
        "Conferma di aver letto il documento.",
        "Confirmez avoir lu le document.",
        "Confirm that you have read the document.",
    ),
    "step_sign": ("Firma", "Signer", "Sign"),
    "sent_to": ("Codice inviato a", "Code envoyé à", "Code sent to"),
    "code": ("Codice", "Code", "Code"),
    "signature": ("La tua firma", "Votre signature", "Your signature"),
    "typed": ("Scritta", "Tapée", "Typed"),
    "drawn": ("Disegnata", "Dessinée", "Drawn"),
    "typed_name": (
        "Nome come appare nella firma",
        "Nom tel qu'il paraît dans la signature",
        "Name as it appears in the signature",
    ),
    "draw_here": ("Disegna qui la tua firma", "Dessinez votre signature ici", "Draw your signature here"),
    "clear": ("Cancella", "Effacer", "Clear"),
    "sign_now": ("Firma il documento", "Signer le document", "Sign the document"),
    "done_title": ("Hai firmato", "Vous avez signé", "You have signed"),
    "done_text": (
        "La tua firma è nel documento.",
        "Votre signature est dans le document.",
        "Your signature is in the document.",
    ),
    "done_others": (
        "Mancano ancora altre firme.",
        "D'autres signatures manquent encore.",
        "Others still have to sign.",
    ),
    "done_all": ("Tutti hanno firmato.", "Tout le monde a signé.", "Everybody has signed."),
    "download_signed": (
        "Scarica il documento firmato",
        "Télécharger le document signé",
        "Download the signed document",
    ),
    "go_back": ("Torna al sito", "Retour au site", "Back to the site"),
    "leave": ("Esci senza firmare", "Quitter sans signer", "Leave without signing"),
    "refuse": ("Rifiuta di firmare", "Refuser de signer", "Refuse to sign"),
    "refuse_comment": ("Motivo (facoltativo)", "Motif (facultatif)", "Reason (optional)"),
    "refuse_now": ("Rifiuta", "Refuser", "Refuse"),
    "refused_title": ("Firma rifiutata", "Signature refusée", "Signature refused"),
    "refused_text": (
        "La procedura è chiusa e nessuno può più firmare.",
        "La procédure est close et plus personne ne peut signer.",
        "The procedure has ended and nobody can sign any more.",
    ),
    "preparing_title": (
        "Il documento è in preparazione",
        "Le document est en préparation",
        "The document is being prepared",
    ),
    "preparing_text": (
        "Tra poco potrai firmare.",
        "Vous pourrez bientôt signer.",
        "You can sign in a moment.",
    ),
    "check_again": ("Controlla di nuovo", "Vérifier à nouveau", "Check again"),
    "closed_title": (
        "Questo collegamento non è più attivo",
        "Ce lien n'est plus actif",
        "This link is no longer active",
    ),
    "closed_text": (
        "La procedura è scaduta, è fallita o è stata ritirata.",
        "La procédure a expiré, échoué ou été retirée.",
        "The procedure has expired, failed or been withdrawn.",
    ),
    "problem": ("Così non va", "Un problème", "There is a problem"),
    "wrong_code": ("Il codice non è giusto.", "Le code n'est pas correct.", "The code is not right."),
    "attempts_left": ("Tentativi rimasti:", "Essais restants :", "Attempts left:"),
    "too_many_attempts": (
        "Troppi tentativi: fatti inviare un altro codice.",
        "Trop d'essais : demandez un autre code.",
        "Too many attempts: have another code sent.",
    ),
    "too_many_codes": (
        "Sono già stati inviati troppi codici.",
        "Trop de codes ont déjà été envoyés.",
        "Too many codes have been sent already.",
    ),
    "code_expired": (
        "Il codice è scaduto: fattene inviare un altro.",
        "Le code a expiré : demandez-en un autre.",
        "The code has expired: have another one sent.",
    ),
    "no_code": ("Fatti prima inviare un codice.", "Demandez d'abord un code.", "Have a code sent first."),
    "no_channel": (
        "Così il codice non può essere inviato.",
        "Le code ne peut pas être envoyé ainsi.",
        "The code cannot be sent this way.",
    ),
    "bad_drawing": ("Disegna la tua firma.", "Dessinez votre signature.", "Draw your signature."),
    "not_your_turn": (
        "Prima di te deve firmare un'altra persona.",
        "Une autre personne doit signer avant vous.",
        "Somebody else has to sign before you.",
    ),
    "no_credit": (
        "La firma non è stata accettata: credito insufficiente.",
        "La signature n'a pas été acceptée : crédit insuffisant.",
        "The signature was not taken: not enough credit.",
    ),
}


def language_of(signer: Signer, accepted: str) -> str:
    """The signer's language, or their browser's, or English."""
    if signer.language[:2] in LANGUAGES:
        return signer.language[:2]
    for part in accepted.split(","):
        if part.strip()[:2].lower() in LANGUAGES:
            return part.strip()[:2].lower()
    return "en"


def words(language: str) -> dict[str, str]:
    """All words in one language."""
    at = LANGUAGES.index(language)
    return {key: forms[at] for key, forms in _WORDS.items()}
