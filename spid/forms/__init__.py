"""All checks of what people type about SPID."""

from .correction import CorrectionForm
from .pasted import ListForm
from .people import PeopleFormSet, people_in, row_data
from .telling import ActiveForm, FailedForm, UsedForm

__all__ = [
    "ActiveForm",
    "CorrectionForm",
    "FailedForm",
    "ListForm",
    "PeopleFormSet",
    "UsedForm",
    "people_in",
    "row_data",
]
