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
    "for": ("Firmatario:", "Signataire :", "Signer:"),
    "document": ("Documento", "Document", "Document"),
    "open_document": (
        "Apri il documento (PDF)",
        "Ouvrir le document (PDF)",
        "Open the document (PDF)",
    ),
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
    "step_code": (
        "Fatti inviare il codice",
        "Recevez votre code",
        "Get your code",
    ),
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
    "step_sign": (
        "Firma",
        "Signez",
        "Sign",
    ),
    "sent_to": ("Codice inviato a", "Code envoyé à", "Code sent to"),
    "code": ("Codice", "Code", "Code"),
    "signature": ("La tua firma", "Votre signature", "Your signature"),
    "typed": (
        "Digitata",
        "Saisie au clavier",
        "Typed",
    ),
    "drawn": ("Disegnata", "Dessinée", "Drawn"),
    "typed_name": (
        "Il nome come appare nella firma",
        "Le nom tel qu'il apparaît dans la signature",
        "The name as it appears in the signature",
    ),
    "draw_here": ("Disegna qui la tua firma", "Dessinez votre signature ici", "Draw your signature here"),
    "clear": (
        "Cancella il disegno",
        "Effacer le dessin",
        "Clear the drawing",
    ),
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
    "done_ended": (
        "La procedura è finita senza tutte le firme.",
        "La procédure s'est terminée sans toutes les signatures.",
        "The procedure has ended without all signatures.",
    ),
    "download_signed": (
        "Scarica il documento firmato",
        "Télécharger le document signé",
        "Download the signed document",
    ),
    "go_back": ("Torna al sito", "Retour au site", "Back to the site"),
    "leave": (
        "Esci senza firmare",
        "Quitter sans signer",
        "Leave without signing",
    ),
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
    "problem": (
        "C'è un problema:",
        "Il y a un problème :",
        "There is a problem:",
    ),
    "wrong_code": ("Il codice non è giusto.", "Le code n'est pas correct.", "The code is not right."),
    "attempts_left": (
        "Tentativi rimasti:",
        "Tentatives restantes :",
        "Attempts left:",
    ),
    "too_many_attempts": (
        "Troppi tentativi: fatti inviare un altro codice.",
        "Trop de tentatives : demandez un autre code.",
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
        "Il codice non può essere inviato in questo modo.",
        "Le code ne peut pas être envoyé de cette façon.",
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
    "error": (
        "Errore",
        "Erreur",
        "Error",
    ),
    "step_read": (
        "Leggi il documento",
        "Lisez le document",
        "Read the document",
    ),
    "no_code_yet": (
        "Il codice non è arrivato?",
        "Vous n'avez pas reçu le code ?",
        "No code yet?",
    ),
    "signers": (
        "Chi firma",
        "Les signataires",
        "Who signs",
    ),
    "has_signed": (
        "ha firmato",
        "a signé",
        "has signed",
    ),
    "has_to_sign": (
        "deve ancora firmare",
        "doit encore signer",
        "still has to sign",
    ),
    "has_refused": (
        "ha rifiutato",
        "a refusé",
        "has refused",
    ),
    "needs_script": (
        "Per disegnare la firma serve JavaScript.",
        "JavaScript est nécessaire pour dessiner la signature.",
        "Drawing the signature needs JavaScript.",
    ),
    "is_drawn": (
        "La firma disegnata è pronta.",
        "La signature dessinée est prête.",
        "The drawn signature is ready.",
    ),
    "refuse_explained": (
        "Rifiutando chiudi la procedura per tutti: non si può tornare indietro.",
        "En refusant, vous mettez fin à la procédure pour tout le monde : c'est définitif.",
        "Refusing ends the procedure for everybody; it cannot be undone.",
    ),
    "skip": (
        "Vai al contenuto",
        "Aller au contenu",
        "Skip to the content",
    ),
}


def language_of(
    signer: Signer, accepted: str, offered: tuple[str, ...] = LANGUAGES, default: str = "en"
) -> str:
    """The signer's language, or the first of their browser's that is offered, or the default."""
    if signer.language[:2] in LANGUAGES:
        return signer.language[:2]
    for part in accepted.split(","):
        if part.strip()[:2].lower() in offered:
            return part.strip()[:2].lower()
    return default


def words(language: str, own: dict[str, str] | None = None) -> dict[str, str]:
    """All words in one language; those of a customer's own come before ours."""
    at = LANGUAGES.index(language)
    return {key: forms[at] for key, forms in _WORDS.items()} | (own or {})
