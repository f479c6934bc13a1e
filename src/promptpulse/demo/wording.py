"""What the prompts of the shop say, version by version, and why each was written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from promptpulse.prompts.content import Config, Content


@dataclass(frozen=True, slots=True)
class Written:
    """A version as its author left it."""

    why: str
    content: Content
    config: Config


@dataclass(frozen=True, slots=True)
class Wording:
    type: Literal["text", "chat"]
    description: str
    tags: tuple[str, ...]
    versions: tuple[Written, ...]
    """Oldest first, as in `company.PROMPTS`."""


def _chat(system: str, user: str) -> Content:
    return [{"role": "system", "content": system}, {"role": "user", "content": user}]


_CLASSIFY = "Name the intent of the message.\n\nIntents: order_status, return, product_question, cancel, other.\n"
_CLASSIFY_2 = _CLASSIFY + "Answer with one intent and nothing else. Two intents: the one the customer needs first.\n"
_ASSISTANT = "You are the assistant of Nordlicht Outdoor, a shop for tents, clothes and shoes.\n"
_SHORT = "Answer politely, in {{language}}, in at most five sentences.\n"
_FACTS = "What we know of the order:\n{{order_facts}}\n"
_HONEST = "Promise nothing that these facts do not say. If you do not know, say so and offer a colleague.\n"
_DESCRIBE = "You write the catalogue of Nordlicht Outdoor. Honest, concrete, {{words}} words. No superlatives.\n"

WORDINGS: dict[str, Wording] = {
    "classify-intent": Wording(
        "text", "What does the customer want? The first step of every support chat.", ("support", "routing"),
        (
            Written("First version", _CLASSIFY + "\nMessage: {{message}}", {"model": "gpt-4o-mini", "temperature": 0}),
            Written(
                "Answers were sentences in 3 % of calls; traffic is spread over three models",
                _CLASSIFY_2 + "\nMessage: {{message}}",
                {"model": "gpt-4o-mini", "temperature": 0, "max_tokens": 8, "fallback_model": "claude-haiku-4-5"},
            ),
            Written(
                "Examples for messages with two intents, which are mixed up most often",
                _CLASSIFY_2
                + "\nExamples:\n"
                + '"Where is my order? If it is late I want my money back." -> order_status\n'
                + '"The zip broke, send me a new one." -> return\n'
                + '"Is it waterproof, and can I still cancel?" -> product_question\n'
                + "\nMessage: {{message}}",
                {"model": "gpt-4o-mini", "temperature": 0, "max_tokens": 8, "fallback_model": "claude-haiku-4-5"},
            ),
        ),
    ),
    "support-reply": Wording(
        "chat", "Answers the customer in the support chat.", ("support", "customer-facing"),
        (
            Written(
                "First version",
                _chat(_ASSISTANT + _SHORT, "{{message}}"),
                {"model": "gpt-4o-mini", "temperature": 0.7, "max_tokens": 1000},
            ),
            Written(
                "Gives the facts of the order, so that the assistant stops guessing delivery dates",
                _chat(_ASSISTANT + _SHORT + "\n" + _FACTS, "{{message}}"),
                {"model": "gpt-4.1-mini", "temperature": 0.5, "max_tokens": 1000, "fallback_model": "claude-haiku-4-5"},
            ),
            Written(
                "No promises that the facts do not hold; shorter",
                _chat(_ASSISTANT + _SHORT + "\n" + _FACTS + _HONEST, "{{message}}"),
                {"model": "gpt-4.1-mini", "temperature": 0.3, "max_tokens": 1000, "fallback_model": "claude-haiku-4-5"},
            ),
            Written(
                "All policies in full and step by step answers, to cover every case",
                _chat(
                    _ASSISTANT
                    + "Answer politely, in {{language}}. Explain every step, quote the policy that applies, and repeat the"
                    " question in your own words before you answer it.\n\n"
                    + _FACTS + _HONEST
                    + "\nReturns:\n{{returns_policy}}\n\nShipping:\n{{shipping_policy}}\n\nWarranty:\n{{warranty_policy}}\n",
                    "{{message}}",
                ),
                {"model": "gpt-4.1-mini", "temperature": 0.8, "max_tokens": 1000, "fallback_model": "claude-haiku-4-5"},
            ),
            Written(
                "Version 3 with a warmer tone: thanks first, the answer second, no more than four sentences",
                _chat(
                    _ASSISTANT
                    + "Write like a friendly colleague in the shop, in {{language}}. Thank the customer or say that you are"
                    " sorry, then answer, then say what happens next. At most four short sentences.\n\n"
                    + _FACTS + _HONEST,
                    "{{message}}",
                ),
                {"model": "gpt-4.1-mini", "temperature": 0.3, "max_tokens": 1000, "fallback_model": "claude-haiku-4-5"},
            ),
        ),
    ),
    "summarise-ticket": Wording(
        "text", "For the colleague who takes over a ticket.", ("support", "internal"),
        (
            Written(
                "First version",
                "Summarise the ticket for the next colleague.\n\n{{ticket}}",
                {"model": "claude-haiku-4-5", "temperature": 0.3},
            ),
            Written(
                "Summaries were as long as the tickets",
                "Summarise the ticket in two sentences for the next colleague: what the customer wants, and what is left to"
                " do.\n\n{{ticket}}",
                {"model": "claude-haiku-4-5", "temperature": 0.2, "max_tokens": 400},
            ),
            Written(
                "One sentence, to be faster",
                "Summarise the ticket in one sentence for the next colleague.\n\n{{ticket}}",
                {"model": "claude-haiku-4-5", "temperature": 0.2, "max_tokens": 200},
            ),
        ),
    ),
    "product-search": Wording(
        "text", "What is embedded when a customer searches.", ("search",),
        (
            Written("The words of the customer", "{{query}}", {"model": "text-embedding-3-small"}),
            Written(
                "With the kind of product and the season, which customers leave out",
                "{{query}} ({{category}}, outdoor equipment, {{season}})",
                {"model": "text-embedding-3-small"},
            ),
        ),
    ),
    "moderate-review": Wording(
        "text", "May a review be shown?", ("reviews", "safety"),
        (
            Written(
                "First version",
                "May this review be shown? Answer yes or no, with a reason.\n\n{{review}}",
                {"model": "mistral-small-latest", "temperature": 0},
            ),
            Written(
                "Half of the calls to a second model, for the nights when the first is slow",
                "May this review be shown in a shop? Answer yes or no, then a reason of at most ten words.\n\n{{review}}",
                {"model": "mistral-small-latest", "temperature": 0, "fallback_model": "gemini-2.5-flash-lite"},
            ),
            Written(
                "The rules themselves, instead of a feeling for them",
                "May this review be shown in a shop? Not if it insults somebody, names a private person, or advertises another"
                " shop. Answer yes or no, then a reason of at most ten words.\n\n{{review}}",
                {"model": "mistral-small-latest", "temperature": 0, "fallback_model": "gemini-2.5-flash-lite"},
            ),
        ),
    ),
    "extract-order": Wording(
        "text", "Orders of dealers that come by e-mail.", ("back-office", "json"),
        (
            Written(
                "First version",
                "Read the order out of this e-mail, as JSON.\n\n{{email}}",
                {"model": "gpt-5-mini", "reasoning_effort": "medium"},
            ),
            Written(
                "Names the fields; articles that are not sure are marked, not guessed",
                'Read the order out of this e-mail, as JSON: {"items": [{"product", "quantity"}], "reference"}. Set "unsure" on'
                " an item that could be two products.\n\n{{email}}",
                {"model": "gpt-5-mini", "reasoning_effort": "low", "response_format": "json_object"},
            ),
        ),
    ),
    "product-description": Wording(
        "chat", "Texts of the catalogue.", ("catalogue", "content"),
        (
            Written(
                "First version",
                _chat(_DESCRIBE, "Product: {{product}}"),
                {"model": "claude-sonnet-4-5", "temperature": 0.8},
            ),
            Written(
                "Material and weight come from the database, not from the model",
                _chat(_DESCRIBE + "Use only these figures: {{figures}}\n", "Product: {{product}}"),
                {"model": "claude-sonnet-4-5", "temperature": 0.7, "fallback_model": "gpt-4.1-mini"},
            ),
            Written(
                "Says for whom the product is not; shorter instructions",
                _chat(_DESCRIBE + "Figures: {{figures}}. Say for whom it is not.\n", "Product: {{product}}"),
                {"model": "claude-sonnet-4-5", "temperature": 0.7, "fallback_model": "gpt-4.1-mini"},
            ),
        ),
    ),
    "tag-product": Wording(
        "text", "Tags for the filters of the shop, by a model of our own.", ("catalogue",),
        (
            Written("First version", "Tags for: {{product}}", {"model": "shop-tagger-7b", "temperature": 0}),
            Written(
                "At most five tags: more are not read",
                "At most five tags, the most useful first, for: {{product}}",
                {"model": "shop-tagger-7b", "temperature": 0},
            ),
        ),
    ),
}  # fmt: skip

RETIRED = "greeting-banner"
RETIRED_WORDING = Wording(
    "text", "A greeting on the first page; the page has none any more.", ("marketing",),
    (
        Written("First version", "Greet {{first_name}} in one sentence.", {"model": "gpt-4o-mini", "temperature": 0.9}),
        Written(
            "Mentions the weather",
            "Greet {{first_name}} in one sentence that fits to the weather: {{weather}}.",
            {"model": "gpt-4o-mini", "temperature": 0.9},
        ),
    ),
)  # fmt: skip
