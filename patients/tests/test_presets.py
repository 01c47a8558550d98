"""Nothing that is signed stands in a form before somebody chose it."""

import importlib
import pkgutil

import pytest
from django import forms as django_forms

from patients import forms

# What an order is unless somebody says otherwise, and what the stay of the patient says.
MAY_STAND = {
    ("OrderForm", "kind"),
    ("OrderForm", "priority"),
    ("FollowUpForm", "priority"),
    ("EditFollowUpForm", "priority"),
    ("PrescribeForm", "setting"),
}


def every_form():
    names = [each.name for each in pkgutil.iter_modules(forms.__path__)]
    modules = [importlib.import_module(f"{forms.__name__}.{name}") for name in names]
    found = [thing for module in modules for thing in vars(module).values()]
    return {
        each for each in found if isinstance(each, type) and issubclass(each, django_forms.BaseForm)
    }


def presets(form):
    """Required choices of which one stands there from the start."""
    for name, field in form.base_fields.items():
        if not isinstance(field, django_forms.ChoiceField) or not field.required:
            continue
        codes = [code for code, _words in field.choices]
        radio = isinstance(field.widget, django_forms.RadioSelect)
        if field.initial or (codes and codes[0] and not radio):
            yield form.__name__, name


def test_no_choice_that_is_signed_is_made_already():
    found = {preset for form in every_form() for preset in presets(form)}
    assert found - MAY_STAND == set()


class Careless(django_forms.Form):
    status = django_forms.ChoiceField(choices=[("completed", "Given")])
    outcome = django_forms.ChoiceField(
        choices=[("given", "Given")], widget=django_forms.RadioSelect, initial="given"
    )


@pytest.mark.parametrize("name", ["status", "outcome"])
def test_a_careless_form_is_found(name):
    assert ("Careless", name) in set(presets(Careless))
