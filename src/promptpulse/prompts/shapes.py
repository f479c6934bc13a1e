"""Bodies of the prompt routes."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, PlainValidator, model_serializer
from pydantic_core.core_schema import SerializerFunctionWrapHandler

from promptpulse.prompts.content import PromptType

Name = Annotated[str, Field(min_length=1, max_length=200, examples=["support-reply"])]
Environment = Annotated[str, Field(min_length=1, max_length=100, examples=["production"])]
Config = Annotated[
    dict[str, JsonValue],
    Field(description="Model, parameters, fallback model: whatever the program reads beside the text."),
]


class ChatMessage(BaseModel):
    """A message of a chat prompt; other fields, such as a placeholder's name, are kept."""

    model_config = ConfigDict(extra="allow")

    role: str | None = Field(None, examples=["system"])
    content: JsonValue = Field(None, examples=["You answer in {{language}}."])

    @model_serializer(mode="wrap")
    def only_given(self, whole: SerializerFunctionWrapHandler):  # type: ignore[no-untyped-def]  # a type would replace the schema
        """A placeholder has no role, not a role that is null."""
        return {key: value for key, value in whole(self).items() if key in self.model_fields_set}


Content = str | list[ChatMessage]


def _as_given(content: JsonValue) -> JsonValue:
    return content


ContentIn = Annotated[
    # Checked by `content.checked_content`: it knows the type of the prompt, and names the message that is wrong.
    JsonValue,
    PlainValidator(_as_given, json_schema_input_type=str | list[ChatMessage]),
    Field(
        description="A string for a text prompt; for a chat prompt messages {role, content} or {type: placeholder, name}.",
        examples=["Answer {{question}} in one sentence."],
    ),
]
Tag = Annotated[str, Field(min_length=1, max_length=100, examples=["support"])]


class PromptNew(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Name
    type: PromptType = "text"
    content: ContentIn
    config: Config = {}
    description: str = Field("", max_length=2000)
    tags: list[Tag] = Field([], max_length=50)
    message: str = Field("", max_length=2000, description="Why this version.")
    deploy_to: Environment | None = Field(
        "production", description="Where version 1 is served at once; null: nowhere yet."
    )


class VersionNew(BaseModel):
    model_config = ConfigDict(extra="forbid")

    content: ContentIn
    config: Config | None = Field(None, description="Absent: that of the version before.")
    message: str = Field("", max_length=2000, description="Why this version.")
    deploy_to: Environment | None = Field(None, description="Where it is served at once; null: nowhere yet.")


class PromptPatch(BaseModel):
    model_config = ConfigDict(extra="forbid")

    description: str | None = Field(None, max_length=2000)
    tags: list[Tag] | None = Field(None, max_length=50)


class DeployIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    version: int = Field(ge=1)
    environment: Environment = "production"
    message: str = Field("", max_length=2000)
    expected_version: int | None = Field(
        None, description="Refuse when another version is served by now: somebody was faster."
    )


class RollBackIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    environment: Environment = "production"
    to_version: int | None = Field(None, ge=1, description="Absent: the version that was served before this one.")
    message: str = Field("", max_length=2000)
    expected_version: int | None = Field(None, description="Refuse when another version is served by now.")


class PromptOut(BaseModel):
    id: str
    name: str = Field(description="What calls carry as `prompt_id`.")
    type: PromptType
    description: str
    tags: list[str]
    versions: int = Field(description="How many there are.")
    latest_version: int
    deployed: dict[str, int] = Field(description="The version that is served, by environment.")
    created_at: datetime
    created_by: str
    changed_at: datetime = Field(description="Of the newest version or deployment.")
    archived_at: datetime | None


class VersionOut(BaseModel):
    id: str = Field(description="`promptVersionId` of the LaikaTest clients.")
    prompt_id: str
    number: int
    content: Content
    config: Config
    variables: list[str] = Field(description="Names in `{{ }}`, in order of appearance.")
    message: str
    author: str
    created_at: datetime
    deployed_in: list[str]


class DeploymentOut(BaseModel):
    id: str
    prompt_id: str
    prompt: str = Field(description="Name of the prompt.")
    environment: str
    version: int
    previous_version: int | None = Field(description="null: the first one in this environment.")
    kind: Literal["deploy", "rollback"]
    message: str
    at: datetime
    by: str


class DiffLine(BaseModel):
    kind: Literal["same", "added", "removed"]
    text: str
    old_line: int | None
    new_line: int | None


class ConfigChange(BaseModel):
    key: str
    old: JsonValue = None
    new: JsonValue = None
    kind: Literal["added", "removed", "changed"]


class DiffOut(BaseModel):
    """From the older to the newer version; chat messages are written as `role: content`."""

    from_version: int
    to_version: int
    lines: list[DiffLine]
    config: list[ConfigChange]


class ServedPrompt(BaseModel):
    """A version as the LaikaTest clients read it."""

    type: PromptType
    content: str = Field(
        description='JSON text: `[{"content": "..."}]` of a text prompt, the messages of a chat prompt.'
    )
    promptId: str  # noqa: N815 - wire format of the client
    promptVersionId: str  # noqa: N815
    name: str
    version: int
    config: Config
