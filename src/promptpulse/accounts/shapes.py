"""What goes over HTTP: the envelope, the bodies of the account routes, and their documentation in OpenAPI."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Generic, Literal, TypedDict, TypeVar

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints

from promptpulse.accounts.values import Role, Scope

Body = TypeVar("Body")

ID = "01997c5e-8f00-7000-8000-000000000001"
MOMENT = "2026-11-21T09:30:00Z"


class Answer(BaseModel, Generic[Body]):
    """Every answer that succeeded."""

    success: Literal[True] = True
    data: Body


class PageMeta(BaseModel):
    total: int = Field(description="How many there are on all pages.", examples=[12])


class Page(BaseModel, Generic[Body]):
    """A part of a list."""

    success: Literal[True] = True
    data: list[Body]
    meta: PageMeta


class Failure(BaseModel):
    """Every answer that did not."""

    success: Literal[False] = False
    error: str = Field(description="What is wrong, with the field and the value, and what to do.")
    code: str = Field(description="A stable word for programs.", examples=["not_found"])
    field: str | None = Field(default=None, description="The field of the request that is wrong; absent for others.")


class Described(TypedDict, total=False):
    """One entry of `responses` of a route."""

    model: type[BaseModel]
    description: str
    content: dict[str, dict[str, JsonValue]]


_FAILURES: dict[int, tuple[str, str, str]] = {
    400: ("The request cannot be read.", "bad_request", "the body is not JSON: unexpected end of input"),
    401: ("No valid credential.", "unauthenticated", "no credential, or the session has ended; sign in"),
    403: ("The caller may not do this.", "forbidden", "your role is viewer, this needs admin; ask an admin for it"),
    404: ("It does not exist, or is not the caller's to see.", "not_found", "there is no API key 'x'; list them"),
    409: ("The state forbids it.", "conflict", "there is a project 'shop' already; choose another name"),
    413: ("The body is too large.", "too_large", "the body is larger than 20 MB; send smaller batches"),
    415: ("The media type is not known.", "unsupported_type", "content-type is text/plain; send application/json"),
    422: ("A value is not acceptable.", "refused", "name is empty; give it a name"),
    429: ("Too many requests; see `Retry-After`.", "rate_limited", "the key made more than 60000 requests this minute"),
    503: ("Try again in a moment; see `Retry-After`.", "unavailable", "the queue is full; try again in 2 s"),
}


def documented(status: int, example: JsonValue, *failures: int) -> dict[int | str, dict[str, object]]:
    """`responses=` of a route: an example of its success at `status`, and its `failures` (422 and 429 always)."""
    responses: dict[int | str, dict[str, object]] = {
        status: {"content": {"application/json": {"example": {"success": True, **_as_object(example)}}}}
    }
    for code in sorted({*failures, 422, 429}):
        description, word, message = _FAILURES[code]
        failure = {"success": False, "error": message, "code": word}
        responses[code] = {
            "model": Failure,
            "description": description,
            "content": {"application/json": {"example": failure}},
        }
    return responses


def _as_object(example: JsonValue) -> dict[str, JsonValue]:
    return example if isinstance(example, dict) and "meta" in example else {"data": example}


class Input(BaseModel):
    """A body that says no to fields it does not know, so that a typo is not silently ignored."""

    model_config = ConfigDict(extra="forbid")


Word = Annotated[str, StringConstraints(max_length=1024)]


class SignIn(Input):
    email: Word = Field(description="E-mail address of the person.", examples=["ada@example.com"])
    password: Word = Field(examples=["correct horse battery"])


class SignInByLink(Input):
    token: Word = Field(description="`token` of the link `/sign-in?token=`. Works once.", examples=["q0mE..."])


class PasswordChange(Input):
    current_password: Word = Field(
        default="",
        description="Needed when there is one, except in the hour after signing in by a link.",
        examples=["correct horse battery"],
    )
    new_password: Word = Field(description="8 to 1024 characters.", examples=["four words of mine"])


class TokenNew(Input):
    name: Word = Field(description="What it is for, 1 to 100 characters.", examples=["notebook"])


class ProjectNew(Input):
    name: Word = Field(description="Unique, 1 to 100 characters.", examples=["shop"])
    time_zone: Word = Field(default="UTC", description="IANA name.", examples=["Europe/Berlin"])


class ProjectPatch(Input):
    """Absent or null leaves a value as it is."""

    name: Word | None = Field(default=None, description="Unique, 1 to 100 characters.", examples=["shop"])
    time_zone: Word | None = Field(default=None, description="IANA name.", examples=["Asia/Kathmandu"])
    capture_content: bool | None = Field(default=None, description="Store the texts of calls.", examples=[True])


class KeyNew(Input):
    project: Word = Field(description="Id of the project.", examples=[ID])
    name: Word = Field(description="What it is for, 1 to 100 characters.", examples=["collector"])
    scopes: list[Scope] = Field(
        description="`ingest` sends calls, `read` reads, `admin` reads and manages the project.",
        min_length=1,
        max_length=10,
        examples=[["ingest"]],
    )


class MemberNew(Input):
    email: Word = Field(description="A new address makes a new person.", examples=["grace@example.com"])
    role: Role = Field(description="`viewer` reads, `editor` also changes prices, `admin` everything.")


class MemberPatch(Input):
    role: Role


class PriceNew(Input):
    """Decimals as strings keep every digit; numbers are accepted."""

    provider: Word = Field(description="Kept in lower case.", examples=["openai"])
    model: Word = Field(description="As the calls name it.", examples=["gpt-5-mini"])
    valid_from: date = Field(description="First UTC day of the price.", examples=["2026-11-01"])
    input_usd_per_mtok: Decimal = Field(description="US dollars per million fresh input tokens.", examples=["0.25"])
    output_usd_per_mtok: Decimal = Field(description="US dollars per million output tokens.", examples=["2.00"])
    cached_input_usd_per_mtok: Decimal | None = Field(
        default=None, description="Of input tokens read from a cache; null: as fresh input.", examples=["0.025"]
    )
    cache_write_usd_per_mtok: Decimal | None = Field(
        default=None, description="Of input tokens written to a cache; null: as fresh input.", examples=[None]
    )


class ProjectOut(BaseModel):
    id: str = Field(examples=[ID])
    name: str = Field(examples=["shop"])
    time_zone: str = Field(description="IANA name; days, weeks and months begin in it.", examples=["Europe/Berlin"])
    capture_content: bool = Field(description="Whether the texts of calls are stored.")
    created_at: datetime = Field(examples=[MOMENT])
    role: Role = Field(description="What the caller may do in it.")


class PersonOut(BaseModel):
    id: str = Field(examples=[ID])
    email: str = Field(examples=["ada@example.com"])
    name: str = Field(examples=["ada"])
    is_admin: bool = Field(description="Admin of the whole server: every project, and new ones.")
    has_password: bool = Field(description="False for a person who signs in by links only.")


class SessionOut(BaseModel):
    user: PersonOut
    csrf_token: str = Field(description="Send it as `X-CSRF-Token` with every write.", examples=["9f2c..."])
    projects: list[ProjectOut]


class TokenOut(BaseModel):
    id: str = Field(examples=[ID])
    name: str = Field(examples=["notebook"])
    prefix: str = Field(description="First characters, to recognise it.", examples=["ppt_Zk3vQ9s"])
    created_at: datetime = Field(examples=[MOMENT])
    last_used_at: datetime | None = Field(description="To about a minute.", examples=[MOMENT])


class TokenMade(TokenOut):
    token: str = Field(description="Shown this once.", examples=["ppt_Zk3vQ9s..."])


class KeyOut(BaseModel):
    id: str = Field(examples=[ID])
    project: str = Field(description="Id of its project.", examples=[ID])
    name: str = Field(examples=["collector"])
    prefix: str = Field(description="First characters, to recognise it.", examples=["pp_3kV9sQ1x"])
    scopes: list[Scope]
    instance: bool = Field(description="Manages projects and keys of the whole server.")
    created_at: datetime = Field(examples=[MOMENT])
    created_by: str = Field(examples=["ada@example.com"])
    last_used_at: datetime | None = Field(description="To about a minute.", examples=[MOMENT])
    revoked_at: datetime | None = Field(examples=[None])


class KeyMade(KeyOut):
    key: str = Field(description="Shown this once.", examples=["pp_3kV9sQ1x..."])


class MemberOut(BaseModel):
    user_id: str = Field(examples=[ID])
    email: str = Field(examples=["grace@example.com"])
    name: str = Field(examples=["grace"])
    role: Role
    added_at: datetime = Field(examples=[MOMENT])


class MemberAdded(MemberOut):
    sign_in_link: str | None = Field(
        description="Path with a token for a person who never signed in, valid 24 h; give it to them. Else null.",
        examples=["/sign-in?token=q0mE..."],
    )


class PriceOut(BaseModel):
    id: str = Field(examples=[ID])
    provider: str = Field(examples=["openai"])
    model: str = Field(examples=["gpt-5-mini"])
    valid_from: date = Field(examples=["2026-11-01"])
    input_usd_per_mtok: Decimal = Field(examples=["0.25"])
    output_usd_per_mtok: Decimal = Field(examples=["2"])
    cached_input_usd_per_mtok: Decimal | None = Field(description="null: as fresh input.", examples=["0.025"])
    cache_write_usd_per_mtok: Decimal | None = Field(description="null: as fresh input.", examples=[None])
    created_at: datetime = Field(examples=[MOMENT])
    created_by: str = Field(examples=["ada@example.com"])


class AuditOut(BaseModel):
    id: str = Field(examples=[ID])
    at: datetime = Field(examples=[MOMENT])
    actor: str = Field(description="An e-mail, a key, or `cli`.", examples=["ada@example.com"])
    action: str = Field(examples=["key.create"])
    target: str = Field(description="What was changed.", examples=["key pp_3kV9sQ1x"])
    detail: dict[str, str | int | bool | None] = Field(
        description="The new values; never a secret.", examples=[{"scopes": "ingest"}]
    )


def example_of(shape: type[BaseModel]) -> JsonValue:
    """An example put together from those of the fields."""
    return {name: _field_example(shape, name) for name in shape.model_fields}


_PLAIN: dict[object, JsonValue] = {bool: False, Role: "admin", list[Scope]: ["ingest"]}


def _field_example(shape: type[BaseModel], name: str) -> JsonValue:
    field = shape.model_fields[name]
    if field.examples:
        first: JsonValue = field.examples[0]
        return first
    if field.annotation is PersonOut:
        return example_of(PersonOut)
    if field.annotation == list[ProjectOut]:
        return [example_of(ProjectOut)]
    return _PLAIN[field.annotation]
