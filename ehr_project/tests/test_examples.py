"""In CI Hypothesis draws the same examples, whichever tests ran before."""

from hypothesis.internal.conjecture.providers import HypothesisProvider


def test_no_example_comes_from_the_modules_that_happen_to_be_loaded():
    assert list(HypothesisProvider(None)._local_constants) == []
