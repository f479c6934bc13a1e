"""Texts of some calls, so that the detail of a call has something to show."""

from __future__ import annotations

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
_SYSTEM = "You are the assistant of Nordlicht Outdoor. Answer politely, in the customer's language, in at most five sentences."
_TEXTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "classify-intent": (
        "Name the intent of the message: order_status, return, product_question, cancel, other.\n\n{asked}",
        ("order_status", "return", "product_question", "cancel", "product_question"),
    ),
    "support-reply": (_SYSTEM + "\n\nCustomer: {asked}", _REPLIED),
    "summarise-ticket": (
        "Summarise the ticket in two sentences for the next colleague.\n\nCustomer: {asked}\nAssistant: {replied}",
        ("The customer wrote about {product} (order {order}). It was answered; nothing is left to do.",),
    ),
    "product-search": ("{product} for three days in the rain", ("",)),
    "moderate-review": (
        "May this review be shown? Answer yes or no, with a reason.\n\nThe {product} kept me dry for a week. Great!",
        ("yes: it is about the product and polite",),
    ),
    "extract-order": (
        "Read the order out of this e-mail, as JSON.\n\nHello, please send us 12 x {product} as last time ({order}). Thanks!",
        ('{{"items": [{{"product": "{product}", "quantity": 12}}], "reference": "{order}"}}',),
    ),
    "product-description": (
        "Write the catalogue text for: {product}. Honest, concrete, 80 words.",
        (
            "The {product} is made for people who do not ask what the weather will be. Light, quickly packed, easily repaired.",
        ),
    ),
    "tag-product": ("Tags for: {product}", ("outdoor, hiking, waterproof",)),
}


def texts(prompt_id: str, number: int, *, failed: bool) -> tuple[str, str]:
    """Input and output of a call; `number` picks among the variants. A failed call has no output."""
    product, order = _PRODUCTS[number % len(_PRODUCTS)], f"N-{20_000 + number % 9_973}"
    turn = number % len(_ASKED)
    words = {"product": product, "order": order}
    asked, replied = _ASKED[turn].format(**words), _REPLIED[turn].format(**words)
    question, answers = _TEXTS[prompt_id]
    answer = "" if failed else answers[turn % len(answers)].format(**words)
    return question.format(**words, asked=asked, replied=replied), answer
