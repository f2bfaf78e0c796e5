"""What the makers write to the holder: how to be identified, the virtual envelope, the other half of the codes."""

from __future__ import annotations

from django.conf import settings

from .. import clock, knobs
from ..models import Message
from ..order_models import Family, Order

_SENDERS = {"infocert": "InfoCert <firma@infocert.example>", "aruba": "Aruba PEC <firma@aruba.example>"}
_WINDOW_DAYS = 90


def identification_link(order: Order) -> str:
    """The holder's own page at the maker, where identification is played; a secret of theirs."""
    return f"{settings.SANDBOX_URL}/identify/{order.secret}"


def write_instructions(order: Order) -> None:
    """How the holder is to be identified, and until when."""
    if order.has_video_recognition or order.family == Family.VIDEO:
        how = (
            "Il riconoscimento avviene in video con un operatore. Tieni pronti il documento di identità, la tessera "
            "sanitaria e il cellulare indicato nella richiesta."
        )
    else:
        how = (
            "Firma il modulo di richiesta e consegnalo con il documento di identità a chi ti ha venduto la firma, "
            "oppure fatti riconoscere con SPID, CIE o una firma digitale che hai già."
        )
    _write(
        order,
        "Istruzioni per il riconoscimento",
        f"{how}\n\nPagina del riconoscimento: {identification_link(order)}\n"
        f"Hai {_WINDOW_DAYS} giorni dalla data di questo messaggio; poi la richiesta decade.",
    )


def write_codes(order: Order) -> None:
    """What the holder gets when the order is fulfilled."""
    codes = order.holder_codes
    if order.family == Family.SHIPPING:
        _write(
            order, "Il tuo ordine è partito", f"Codice della spedizione: {order.device['codice_spedizione']}"
        )
    elif not codes:
        return
    elif order.family == Family.ARUBA:
        _write(
            order,
            "La seconda parte dei tuoi codici",
            "La prima parte di PIN e PUK è con il tuo dispositivo. Ecco la seconda.\n\n"
            f"PIN: ****{codes['pin'][4:]}\nPUK: ****{codes['puk'][4:]}",
        )
    else:
        _write(
            order,
            "La tua busta virtuale",
            f"Busta n. {codes['numero_busta']}\n\nPIN: {codes['pin']}\nPUK: {codes['puk']}\n"
            f"Codice di emergenza: {codes['codice_emergenza']}\n\nConservali: nessuno può ridarteli.",
        )


def _write(order: Order, subject: str, text: str) -> None:
    if not knobs.current().mail_holder or not order.email:
        return
    Message.objects.create(
        kind="email",
        to=order.email,
        sender=_SENDERS.get(order.maker.lower(), f"{order.maker} <firma@maker.example>"),
        subject=f"{subject} - {order.product_name}",
        text=f"Richiesta {order.number}, {order.product_name}\n\n{text}",
        received_at=clock.now(),
    )
