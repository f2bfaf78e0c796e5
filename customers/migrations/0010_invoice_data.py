import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import customers.models


def give_codes(apps, schema_editor):
    """Every organisation that is already there gets a code of its own."""
    Organisation = apps.get_model("customers", "Organisation")
    for pk in Organisation.objects.values_list("pk", flat=True).iterator():
        Organisation.objects.filter(pk=pk).update(code=customers.models.new_customer_code())


class Migration(migrations.Migration):
    dependencies = [("customers", "0002_indexes")]

    operations = [
        migrations.AddField(
            model_name="organisation",
            name="code",
            field=models.CharField(editable=False, max_length=8, null=True, verbose_name="customer code"),
        ),
        migrations.RunPython(give_codes, migrations.RunPython.noop, elidable=True),
        migrations.AlterField(
            model_name="organisation",
            name="code",
            field=models.CharField(
                default=customers.models.new_customer_code,
                editable=False,
                max_length=8,
                unique=True,
                verbose_name="customer code",
            ),
        ),
        migrations.AddField(
            model_name="organisation",
            name="is_on_split_list",
            field=models.BooleanField(
                default=False,
                help_text="The Ministry's list of companies that pay VAT to the state themselves. Public bodies always do.",
                verbose_name="on the split payment list",
            ),
        ),
        migrations.AddField(
            model_name="organisation",
            name="contract_reference",
            field=models.CharField(
                blank=True,
                help_text="If invoices must name it.",
                max_length=20,
                verbose_name="order or contract number",
            ),
        ),
        migrations.AddField(
            model_name="organisation",
            name="cig",
            field=models.CharField(
                blank=True,
                help_text="If the public body gave you one: 10 letters and digits.",
                max_length=10,
                verbose_name="CIG",
            ),
        ),
        migrations.AddField(
            model_name="organisation",
            name="cup",
            field=models.CharField(
                blank=True,
                help_text="If the public body gave you one: 15 letters and digits.",
                max_length=15,
                verbose_name="CUP",
            ),
        ),
        migrations.CreateModel(
            name="VatProof",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("vat_number", models.CharField(max_length=20, verbose_name="VAT number")),
                (
                    "answer",
                    models.CharField(
                        choices=[
                            ("valid", "valid"),
                            ("invalid", "not valid"),
                            ("unreachable", "the register did not answer"),
                        ],
                        max_length=12,
                        verbose_name="answer",
                    ),
                ),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="asked at")),
                (
                    "reference",
                    models.CharField(
                        blank=True,
                        help_text="The one that VIES gives; it is the proof.",
                        max_length=40,
                        verbose_name="consultation number",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="vat_proofs",
                        to="customers.organisation",
                        verbose_name="organisation",
                    ),
                ),
            ],
            options={
                "verbose_name": "VIES answer",
                "verbose_name_plural": "VIES answers",
                "ordering": ["-asked_at", "-pk"],
            },
        ),
    ]
