"""Texts of some calls, so that the detail of a call has something to show."""

from __future__ import annotations

import re
from collections.abc import Mapping

from promptpulse.demo.wording import WORDINGS
from promptpulse.prompts.content import Content

_PRODUCTS = (
    "tent Fjell 2",
    "rain jacket Regn",
    "sleeping bag Vinter",
    "trail shoe Sti",
    "stove Glöd",
    "backpack Tur 45",
)
_ASKED = (
    "Where is my order {order}? It should have come on Tuesday.",
    "The zip of my {product} broke on the second day. Can I send it back?",
    "Does the {product} also come in green, and when would it be here?",
    "I ordered two of {product} by mistake (order {order}). Please cancel one.",
    "Is the {product} good for minus ten degrees?",
)
_REPLIED = (
    "Your parcel for order {order} left our warehouse yesterday and should be with you tomorrow before noon.",
    "I am sorry about that. The {product} has a three year warranty: the return label is in your inbox.",
    "Yes, the {product} comes in green, and it is in stock. It takes two to three working days.",
    "Done: one {product} of order {order} is cancelled, and the money is on its way back.",
    "The {product} is made for down to minus five degrees. For colder nights take the Vinter model.",
)
_ANSWERS: dict[str, tuple[str, ...]] = {
    "classify-intent": ("order_status", "return", "product_question", "cancel", "product_question"),
    "support-reply": _REPLIED,
    "summarise-ticket": (
        "The customer wrote about {product} (order {order}). It was answered; nothing is left to do.",
    ),
    "product-search": ("",),
    "moderate-review": ("yes: it is about the product and polite",),
    "extract-order": ('{{"items": [{{"product": "{product}", "quantity": 12}}], "reference": "{order}"}}',),
    "product-description": (
        "The {product} is made for people who do not ask what the weather will be. Light, quickly packed, easily repaired.",
    ),
    "tag-product": ("outdoor, hiking, waterproof",),
}
_VALUES = {
    "message": "{asked}",
    "ticket": "Customer: {asked}\nAssistant: {replied}",
    "query": "{product} for three days in the rain",
    "review": "The {product} kept me dry for a week. Great!",
    "email": "Hello, please send us 12 x {product} as last time ({order}). Thanks!",
    "product": "{product}",
    "language": "the language of the customer",
    "order_facts": "{order}: {product}, packed on Monday, handed to the carrier on Tuesday.",
    "returns_policy": "Within 30 days, unworn, with the label that comes with the parcel. The money is back in a week.",
    "shipping_policy": "Two to three working days; large tents five. Free from 60 euros.",
    "warranty_policy": "Three years on seams, zips and poles. Wear of soles is not covered.",
    "category": "equipment",
    "season": "autumn",
    "figures": "1.9 kg, recycled polyester",
    "words": "80",
}
"""What the variables of the prompts are in a call."""
_VARIABLE = re.compile(r"\{\{(\w+)\}\}")


def texts(prompt_id: str, version: int, number: int, *, failed: bool) -> tuple[str, str]:
    """Input and output of a call; `number` picks among the variants. A failed call has no output."""
    product, order = _PRODUCTS[number % len(_PRODUCTS)], f"N-{20_000 + number % 9_973}"
    turn = number % len(_ASKED)
    words = {"product": product, "order": order}
    words |= {"asked": _ASKED[turn].format(**words), "replied": _REPLIED[turn].format(**words)}
    answers = _ANSWERS[prompt_id]
    answer = "" if failed else answers[turn % len(answers)].format(**words)
    return _said(WORDINGS[prompt_id].versions[version - 1].content, words), answer


def _said(content: Content, words: Mapping[str, str]) -> str:
    """The prompt with its variables filled in; the messages of a chat one below the other."""
    parts = [content] if isinstance(content, str) else [str(message["content"]) for message in content]
    return "\n\n".join(_VARIABLE.sub(lambda m: _VALUES[m[1]].format(**words), part).strip() for part in parts)
