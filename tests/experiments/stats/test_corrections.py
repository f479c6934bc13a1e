import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from promptpulse.experiments.stats import Family, adjusted

P = st.floats(0, 1)


@pytest.mark.parametrize(
    ("p_values", "family", "expected"),
    [
        ([0.01, 0.02, 0.04], "holm", [0.03, 0.04, 0.04]),  # 3 x .01, 2 x .02, 1 x .04
        ([0.04, 0.01, 0.02], "holm", [0.04, 0.03, 0.04]),
        ([0.01, 0.02, 0.04], "bh", [0.03, 0.03, 0.04]),  # 3/1 x .01, 3/2 x .02, 3/3 x .04
        ([0.01, None, 0.02], "holm", [0.02, None, 0.02]),  # None is not counted: two comparisons
        ([None, 0.03], "bh", [None, 0.03]),
        ([0.9, 0.8], "holm", [1.0, 1.0]),
        ([], "holm", []),
        ([None], "bh", [None]),
    ],
)
def test_p_values_grow_with_the_number_of_comparisons(
    p_values: list[float | None], family: Family, expected: list[float | None]
) -> None:
    assert adjusted(p_values, family) == [None if e is None else pytest.approx(e) for e in expected]


@settings(max_examples=10, deadline=None)  # each calls gc.collect()
@given(st.lists(P, min_size=1, max_size=12))
def test_corrections_are_those_of_statsmodels(p_values: list[float]) -> None:
    assert adjusted(p_values, "holm") == pytest.approx(list(multipletests(p_values, method="holm")[1]))
    assert adjusted(p_values, "bh") == pytest.approx(list(multipletests(p_values, method="fdr_bh")[1]))
