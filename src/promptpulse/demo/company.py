"""Nordlicht Outdoor, a fictional shop with an assistant: its prompts, models, customers, deployments, experiments and bad days."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from promptpulse.demo.shapes import Shape


@dataclass(frozen=True, slots=True)
class Model:
    """Speed lies within what LLMPerf saw on 19 endpoints: first token 0.2 to 5.6 s, 4 to 86 ms a token."""

    provider: str
    name: str
    snapshot: str
    """What the provider says has answered; "" where it says nothing."""
    first_token_ms: float
    ms_per_token: float
    caching: Literal["none", "automatic", "written"] = "none"
    """`written`: writing the cache is reported and paid, too."""
    reasons: bool = False


GPT_4O_MINI = Model("openai", "gpt-4o-mini", "gpt-4o-mini-2024-07-18", 420, 11, "automatic")
GPT_41_MINI = Model("openai", "gpt-4.1-mini", "gpt-4.1-mini-2025-04-14", 380, 9, "automatic")
GPT_5_MINI = Model("openai", "gpt-5-mini", "gpt-5-mini-2025-08-07", 620, 7, "automatic", reasons=True)
EMBEDDING = Model("openai", "text-embedding-3-small", "text-embedding-3-small", 90, 0)
HAIKU = Model("anthropic", "claude-haiku-4-5", "claude-haiku-4-5-20251001", 440, 8, "written")
SONNET = Model("anthropic", "claude-sonnet-4-5", "claude-sonnet-4-5-20250929", 720, 12, "written")
FLASH_LITE = Model("gcp.gemini", "gemini-2.5-flash-lite", "gemini-2.5-flash-lite", 260, 4, "automatic")
MISTRAL_SMALL = Model("mistral_ai", "mistral-small-latest", "", 300, 7)
SHOP_TAGGER = Model("nordlicht", "shop-tagger-7b", "", 210, 21)
"""Runs in the company's own cellar: nobody sells it, so it has no price."""

MODELS = (GPT_4O_MINI, GPT_41_MINI, GPT_5_MINI, EMBEDDING, HAIKU, SONNET, FLASH_LITE, MISTRAL_SMALL, SHOP_TAGGER)


NEVER = -math.inf
STAGING_AHEAD_DAYS = 1.0


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a prompt and how it behaves."""

    name: str
    days_ago: float | None
    """Deployed in production so many days before the end of the first 30; None: it was there before them; `NEVER`: it
    waits, or is tried in an experiment."""
    models: tuple[tuple[Model, float], ...]
    """With their shares of the calls."""
    input_scale: float
    output_scale: float
    """Factors on the prompt's token shapes."""
    system_tokens: int
    """Instructions that are the same in every call, and can be cached."""
    failing: float = 0.012
    """Share of calls that fail on a quiet day."""
    slower: float = 1.0
    """Factor on the model's time."""
    liked: float = 0.0
    """What people and evaluators think of it, in stars of five, against the first version."""
    written_days_ago: float | None = None
    """None: a day and a half before it was deployed."""
    staged_days_ago: float | None = None
    """Deployed in staging; None: a day before production."""

    @property
    def in_staging_days_ago(self) -> float | None:
        """As `days_ago`."""
        if self.staged_days_ago is not None or self.days_ago is None:
            return self.staged_days_ago
        return self.days_ago + STAGING_AHEAD_DAYS


@dataclass(frozen=True, slots=True)
class Prompt:
    id: str
    feature: str
    service: str
    input_shape: Shape
    output_shape: Shape
    versions: tuple[Version, ...]
    """Oldest first."""
    streaming: float = 0.0
    """Share of the calls that stream."""
    operation: str = "chat"
    timeout_ms: float = 30_000


CLASSIFY, REPLY, SUMMARISE, SEARCH, MODERATE, EXTRACT, DESCRIBE, TAG = range(8)
PROMPTS = (
    Prompt(
        "classify-intent", "support-chat", "shop-assistant", Shape.CONVERSATION_IN, Shape.CODE_OUT,
        (
            Version("1", None, ((GPT_4O_MINI, 1.0),), 0.35, 0.5, 310),
            Version("2", 19.2, ((GPT_4O_MINI, 0.45), (HAIKU, 0.30), (FLASH_LITE, 0.25)), 0.35, 0.5, 240, 0.010),
            Version("3", NEVER, ((GPT_4O_MINI, 0.45), (HAIKU, 0.30), (FLASH_LITE, 0.25)), 0.35, 0.5, 390, 0.010, 1.0, 0.1, 0.9),
        ),
    ),
    Prompt(
        "support-reply", "support-chat", "shop-assistant", Shape.CONVERSATION_IN, Shape.CONVERSATION_OUT,
        (
            Version("1", None, ((GPT_4O_MINI, 0.7), (HAIKU, 0.3)), 1.0, 1.0, 900, 0.024),
            Version("2", 24.4, ((GPT_41_MINI, 0.6), (HAIKU, 0.4)), 1.0, 0.95, 1150, 0.021, 1.0, 0.05),
            Version("3", 13.3, ((GPT_41_MINI, 0.6), (HAIKU, 0.4)), 1.0, 0.85, 1280, 0.020, 1.0, 0.1),
            # The version that is worse: longer instructions, longer answers, slower, and it fails more often.
            Version("4", 4.0, ((GPT_41_MINI, 0.6), (HAIKU, 0.4)), 1.25, 1.15, 2350, 0.070, 1.2, -0.55, 12.6),
            # Written after it, but tried in an experiment from then on: against version 3, and better.
            Version("5", NEVER, ((GPT_41_MINI, 0.6), (HAIKU, 0.4)), 1.0, 0.80, 1310, 0.020, 1.0, 0.45, 11.9),
        ),
        streaming=0.9,
    ),
    Prompt(
        "summarise-ticket", "support-chat", "shop-assistant", Shape.DOCUMENT_IN, Shape.CONVERSATION_OUT,
        (
            Version("1", None, ((HAIKU, 1.0),), 0.22, 0.8, 420),
            Version("2", 16.3, ((HAIKU, 1.0),), 0.16, 0.55, 380, liked=0.1),
            # Faster, because it says too little.
            Version("3", NEVER, ((HAIKU, 1.0),), 0.16, 0.33, 360, liked=-0.35, written_days_ago=10.2),
        ),
    ),
    Prompt(
        "product-search", "search", "shop-assistant", Shape.CODE_OUT, Shape.CODE_OUT,
        (
            Version("1", None, ((EMBEDDING, 1.0),), 0.9, 0.0, 0, 0.006),
            Version("2", 8.4, ((EMBEDDING, 1.0),), 1.1, 0.0, 0, 0.006, 1.0, 0.4, 23.1),
        ),
        operation="embeddings",
    ),
    Prompt(
        "moderate-review", "reviews", "shop-assistant", Shape.CONVERSATION_OUT, Shape.CODE_OUT,
        (
            Version("1", None, ((MISTRAL_SMALL, 1.0),), 1.1, 0.9, 260),
            Version("2", 7.2, ((MISTRAL_SMALL, 0.5), (FLASH_LITE, 0.5)), 1.1, 0.8, 280, liked=0.1),
            Version("3", NEVER, ((MISTRAL_SMALL, 0.5), (FLASH_LITE, 0.5)), 1.1, 0.8, 330, liked=0.13, written_days_ago=3.6),
        ),
    ),
    Prompt(
        "extract-order", "order-mail", "backoffice-jobs", Shape.CODE_IN, Shape.CODE_OUT,
        (
            Version("1", None, ((GPT_5_MINI, 1.0),), 0.8, 3.0, 700),
            Version("2", 10.4, ((GPT_5_MINI, 1.0),), 0.8, 2.6, 640, 0.009),
        ),
        timeout_ms=60_000,
    ),
    Prompt(
        "product-description", "catalogue", "backoffice-jobs", Shape.CONVERSATION_IN, Shape.DOCUMENT_OUT,
        (
            Version("1", None, ((SONNET, 1.0),), 0.9, 1.1, 1500),
            Version("2", 20.3, ((SONNET, 0.7), (GPT_41_MINI, 0.3)), 0.9, 1.0, 1500),
            Version("3", 6.3, ((SONNET, 0.6), (GPT_41_MINI, 0.4)), 0.9, 0.9, 1350),
        ),
        streaming=0.4,
        timeout_ms=60_000,
    ),
    Prompt(
        "tag-product", "catalogue", "backoffice-jobs", Shape.CONVERSATION_IN, Shape.CODE_OUT,
        (
            Version("1", None, ((SHOP_TAGGER, 1.0),), 0.6, 1.2, 180),
            Version("2", NEVER, ((SHOP_TAGGER, 1.0),), 0.6, 0.9, 210, written_days_ago=1.6, staged_days_ago=0.8),
        ),
    ),
)  # fmt: skip

SUPPORT_SESSION = ((CLASSIFY, 0.756), (SUMMARISE, 0.244))
"""What a turn of such a session begins with, and its share; `classify-intent` is followed by `support-reply`."""
SHOPPING_SESSION = ((SEARCH, 0.667), (MODERATE, 0.333))
JOBS = ((EXTRACT, 0.563), (DESCRIBE, 0.376), (TAG, 0.061))
JOB_TURNS = 0.213
"""Share of turns that jobs make; the rest are customers."""
SUPPORT_SESSIONS = 0.504
CALLS_PER_TURN = 1 + (1 - JOB_TURNS) * SUPPORT_SESSIONS * SUPPORT_SESSION[0][1]
TURNS_PER_SESSION = 3.0

OLD_USERS = 540
"""Customers on the first day; `NEW_USERS_PER_DAY` join them, and some leave."""
NEW_USERS_PER_DAY = 12.0
ACTIVITY_SPREAD = 1.1
"""Standard deviation of ln(activity) between users: the busiest tenth makes about half of the calls."""
STAY_DAYS = 45.0
"""Mean time until a customer does not come back."""
GROWTH_PER_WEEK = 1.06


CHANNELS = ("web", "app", "mail")
LOCALES = ("de", "de", "de", "en", "fr", "nl")
COUNTRIES = {"de": "DE", "en": "GB", "fr": "FR", "nl": "NL"}
PLANS = ("guest", "member", "guest", "club", "member")


def user_id(user: int) -> str:
    return f"customer-{user + 1:04d}"


def channel_of(user: int) -> str:
    return CHANNELS[user % 3]


def locale_of(user: int) -> str:
    return LOCALES[user // 3 % 6]


def plan_of(user: int) -> str:
    return PLANS[user // 18 % 5]


@dataclass(frozen=True, slots=True)
class Experiment:
    """Two versions of a prompt, half of the units each. Days are counted back from the end of the first 30."""

    title: str
    prompt: int
    unit: Literal["user", "session"]
    control: int
    """Number of the version."""
    treatment: int
    treatment_name: str
    from_days_ago: float | None
    """None: a draft."""
    to_days_ago: float | None
    """None: it goes on."""
    traffic: float
    """Percent of the units that are targeted."""
    locales: tuple[str, ...] = ()
    """Of the customers that are targeted; () for all."""


EXPERIMENTS = (
    Experiment("Support-reply tone", REPLY, "session", 3, 5, "Warm and short", 11.5, None, 80, ("de", "en")),
    Experiment("Search-query rewrite", SEARCH, "user", 1, 2, "Rewritten query", 22.4, 8.4, 80),
    Experiment("Shorter ticket summaries", SUMMARISE, "session", 2, 3, "One sentence", 9.6, None, 100),
    Experiment("Stricter review moderation", MODERATE, "user", 2, 3, "With the rules", 3.1, None, 100),
    Experiment("Intents with examples", CLASSIFY, "user", 2, 3, "With examples", None, None, 50),
)


@dataclass(frozen=True, slots=True)
class Incident:
    """A bad time of one provider. `days_ago` picks the local day, `hour` the local time of its beginning."""

    name: str
    provider: str
    days_ago: float
    hour: float
    minutes: float
    failing: float
    """Share of the provider's calls that fail."""
    mix: dict[str, float]
    """Kinds of these failures and their shares."""
    slower: float
    """Factor on the time of the calls that succeed."""
    more_traffic: float = 1.0


INCIDENTS = (
    Incident(
        "provider outage", "anthropic", 9.0, 14.2, 50, 0.88, {"server": 0.6, "overloaded": 0.15, "timeout": 0.25}, 1.3
    ),
    Incident("rate-limit storm", "openai", 2.5, 11.1, 110, 0.34, {"rate_limit": 0.97, "timeout": 0.03}, 2.0, 1.25),
)


@dataclass(frozen=True, slots=True)
class Heard:
    """How often somebody says what they think of a call of a prompt: shares of the calls that succeed, in production."""

    rated: float = 0.0
    """By the customer, with stars, a thumb and a word."""
    marked: float = 0.0
    """By the customer, with a thumb alone."""
    evaluated: float = 0.0
    """By a program that gives a quality from 0 to 1."""
    bought: float = 0.0
    """What follows, in an experiment: shares of the calls of the first version."""
    resolved: float = 0.0
    escalated: float = 0.0


HEARD = {
    PROMPTS[CLASSIFY].id: Heard(evaluated=0.03),
    PROMPTS[REPLY].id: Heard(rated=0.16, evaluated=0.05, resolved=0.30, escalated=0.07),
    PROMPTS[SUMMARISE].id: Heard(marked=0.04, evaluated=0.40),
    PROMPTS[SEARCH].id: Heard(marked=0.15, bought=0.02),
    PROMPTS[MODERATE].id: Heard(evaluated=0.35),
}
