"""Add the facts that exist up by the day."""

from typing import Any

from django.db import migrations
from django.db.models import Count, Sum
from django.db.models.functions import TruncDate

ALIKE = ("organisation_id", "day", "product", "funding", "unit_price", "vat_rate")


def fill(apps: Any, schema_editor: Any) -> None:
    usage, days = apps.get_model("billing", "Usage"), apps.get_model("billing", "UsageDay")
    groups = (
        usage.objects.order_by()
        .annotate(day=TruncDate("occurred_at"))
        .values_list(*ALIKE)
        .annotate(quantity_sum=Sum("quantity"), line_count=Count("pk"))
    )
    days.objects.bulk_create(
        [
            days(**dict(zip(ALIKE, group[:-2], strict=True)), quantity=group[-2], lines=group[-1])
            for group in groups
        ],
        batch_size=1000,
    )


class Migration(migrations.Migration):
    dependencies = [("billing", "0023_usage_days")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
