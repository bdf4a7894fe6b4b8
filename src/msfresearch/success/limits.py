"""How many predictors the data can bear, and which of those asked for are refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from msfresearch.success.plan import Model, Policy


@dataclass(frozen=True)
class PredictorLimit:
    """What may enter a model.

    Attributes
    ----------
    allowed
        Number of predictors, the intercept not counted.
    requested, kept, refused
        Items in the order of the plan, the exposure first; what comes last is refused first.
    n_units, n_events
        Plans (or members), and the smaller class of a logit (None for a linear model).
    binding
        The rule that set the limit.
    explanation
        The same in one English sentence, for logs and model cards.
    """

    allowed: int
    requested: tuple[str, ...]
    kept: tuple[str, ...]
    refused: tuple[str, ...]
    n_units: int
    n_events: int | None
    binding: Literal["units", "events", "most"]
    explanation: str


def allowed_predictors(
    requested: Sequence[str],
    *,
    model: Model,
    n_units: int,
    n_events: int | None = None,
    policy: Policy | None = None,
) -> PredictorLimit:
    """Decide how many of the requested predictors enter.

    Parameters
    ----------
    requested : sequence of str
        Items, the most important first.
    model : {"linear", "logit"}
    n_units : int
        Independent pieces of information about the exposure: plans, or members where there are
        no plans. Rows of one plan share its forum and do not count again.
    n_events : int, optional
        Rows in the smaller of the two classes; a logit needs it.
    policy : Policy, optional
        Price of a predictor; the default is 15 units, 10 events, 4 predictors at most.

    Returns
    -------
    PredictorLimit

    Raises
    ------
    ValueError
        For a logit without events.

    Notes
    -----
    One predictor per 10 events in the smaller class: Peduzzi et al. (1996), *Journal of Clinical
    Epidemiology* 49. One per 15 units in a linear model: the lower end of the 15-20 that
    Harrell (2015), *Regression Modeling Strategies*, section 4.4, gives.
    """
    policy = policy or Policy()
    if model == "logit" and n_events is None:
        raise ValueError("a logit needs the size of its smaller class")
    rules: dict[Literal["units", "events", "most"], int] = {
        "units": n_units // policy.units_per_predictor
    }
    why = f"{n_units} plans or members bear {rules['units']} (one per {policy.units_per_predictor})"
    if model == "logit" and n_events is not None:
        rules["events"] = n_events // policy.events_per_predictor
        why += (
            f", {n_events} rows in the smaller class bear {rules['events']} "
            f"(one per {policy.events_per_predictor})"
        )
    rules["most"] = policy.most_predictors
    why += f", never more than {policy.most_predictors}"
    binding = min(rules, key=lambda rule: rules[rule])
    allowed = rules[binding]
    kept, refused = tuple(requested[:allowed]), tuple(requested[allowed:])
    outcome = f"kept {', '.join(kept) or 'none'}; refused {', '.join(refused) or 'none'}"
    return PredictorLimit(
        allowed=allowed,
        requested=tuple(requested),
        kept=kept,
        refused=refused,
        n_units=n_units,
        n_events=n_events if model == "logit" else None,
        binding=binding,
        explanation=f"{why}: {allowed} allowed; {outcome}.",
    )
