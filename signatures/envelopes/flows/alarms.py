"""What staff must hear of an envelope."""

from django.utils.translation import gettext_lazy as _

from outbox.flows.alarm import alarm

from ..models import Envelope


def unknown_state(envelope: Envelope, word: str) -> None:
    """The provider used a word for the state that we don't know."""
    alarm(
        key=f"unknown-state:{envelope.generation}:{word}",
        subject=_("An unknown state at the provider"),
        text=_("The provider says “%(word)s” of envelope %(id)s. Its state here stays as it was.")
        % {"word": word, "id": envelope.pk},
    )


def cannot_be_followed(envelope: Envelope, problem: str) -> None:
    """The provider has not answered about an envelope for a long time."""
    alarm(
        key=f"not-followed:{envelope.pk}",
        subject=_("An envelope cannot be followed"),
        text=_("Envelope %(id)s could not be checked at the provider for a long time: %(problem)s")
        % {"id": envelope.pk, "problem": problem},
    )


def not_archived(envelope: Envelope, problem: str) -> None:
    """A signed document could not be fetched or did not pass its checks; the provider deletes it after 30 days."""
    alarm(
        key=f"not-archived:{envelope.pk}:{envelope.check_failures}",
        subject=_("A signed document is not in the archive yet"),
        text=_(
            "Envelope %(id)s is signed, but its document or proof could not be archived: %(problem)s "
            "The provider deletes files 30 days after signing."
        )
        % {"id": envelope.pk, "problem": problem},
    )
