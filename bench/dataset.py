"""Millions of calls, made inside the engine: the same rows for the same seed, in seconds."""

from __future__ import annotations

from datetime import datetime, timedelta

from promptpulse.store import Store

PROMPTS, VERSIONS, MODELS, USERS = 20, 3, 4, 5000
MANY_USERS = 50_000
TEXTS, SCORES = 50, 100
"""One call of so many has texts, and a score; only in a rich data set."""
BLOCK = 1_000_000


def fill(store: Store, project: str, calls: int, end: datetime, days: int = 30, *, rich: bool = False) -> None:
    """`calls` calls of the `days` before `end`, evenly spread, with random ids, latencies, tokens, costs and 3 % errors.

    `rich`: with properties, more users, some texts and scores.

    Ids are as random as those of real spans: nothing here compresses better than traffic does."""
    step_us = int(timedelta(days=days).total_seconds() * 1e6 / calls)
    first_us = int((end - timedelta(days=days)).timestamp() * 1e6)
    for offset in range(0, calls, BLOCK):
        store.command(
            """
            INSERT INTO calls (
              project, ts, id, trace_id, operation, prompt_id, prompt_version, provider, model, response_model,
              status, error_type, error_family, error_name, error_message, http_status, finish_reason, streaming,
              latency_us, first_token_us, input_tokens, output_tokens, cached_input_tokens,
              cost_usd, cost_source, price_date, user_id, session_id, feature, environment, service, scope, received_at, properties
            )
            SELECT
              {project:String},
              fromUnixTimestamp64Micro(
                {first:Int64} + toInt64(number) * {step:Int64} + toInt64(rand(1) % {step:Int64}), 'UTC'
              ) AS ts,
              lower(concat(hex(generateUUIDv4(2)), substring(hex(generateUUIDv4(3)), 1, 16))),
              '~',
              'chat',
              concat(
                'prompt-', leftPad(toString(least(rand(4) % {prompts:UInt32}, rand(5) % {prompts:UInt32})), 2, '0')
              ) AS prompt_id,
              toString(rand(6) % {versions:UInt32} + 1),
              'openai',
              arrayElement(['gpt-4o-mini', 'gpt-4o', 'gpt-4.1-mini', 'gpt-4.1'], rand(7) % {models:UInt32} + 1) AS model,
              concat(model, '-2025-04-14'),
              if(rand(9) % 100 < 3, 'error', 'success') AS status,
              if(status = 'error', arrayElement(
                ['timeout', 'rate_limit', 'model_error', 'validation'], rand(10) % 4 + 1), '') AS error_type,
              if(status = 'error', transform(
                error_type, ['timeout', 'rate_limit', 'model_error'], ['5xx', 'llm', '5xx'], '4xx'), ''),
              if(status = 'error', 'openai.RateLimitError', ''),
              if(status = 'error', 'Error code: 429 - Rate limit reached for requests', ''),
              if(status = 'error', 429, NULL),
              if(status = 'error', '', 'stop'),
              rand(11) % 2 = 0 AS streaming,
              toUInt64(1000 * exp(
                6.5 + 0.6 * sqrt(-2 * ln((rand(12) + 1) / 4294967297)) * cos(2 * pi() * rand(13) / 4294967296)
              )) AS latency_us,
              if(streaming, toUInt64(latency_us * (rand(14) % 1000) / 2000), NULL),
              rand(15) % 4000 + 100 AS input_tokens,
              rand(16) % 900 + 10 AS output_tokens,
              if(rand(17) % 3 = 0, toUInt64(input_tokens / 2), NULL),
              toDecimal64(input_tokens * 0.00000015 + output_tokens * 0.0000006, 9),
              'price_list',
              toString(toDate(ts)),
              concat('user-', toString(least(rand(18) % {users:UInt32}, rand(19) % {users:UInt32}))) AS user_id,
              concat('session-', toString(rand(20) % 100000)),
              concat('feature-', toString(cityHash64(prompt_id) % 6)),
              if(rand(21) % 10 = 0, 'staging', 'production'),
              'assistant',
              'opentelemetry.instrumentation.genai.openai',
              toDateTime(ts, 'UTC'),
              if({rich:Bool}, map(
                'plan', arrayElement(['free', 'free', 'free', 'pro', 'team'], cityHash64(user_id) % 5 + 1),
                'region', arrayElement(['eu', 'us', 'asia'], rand(22) % 3 + 1)
              ), map())
            FROM numbers({offset:UInt64}, {n:UInt64})
            """,
            {
                "project": project, "first": first_us, "step": step_us, "offset": offset, "n": min(BLOCK, calls - offset),
                "prompts": PROMPTS, "versions": VERSIONS, "models": MODELS, "users": MANY_USERS if rich else USERS, "rich": rich,
            },
        )  # fmt: skip
    if rich:
        _add_texts_and_scores(store, project)


def _add_texts_and_scores(store: Store, project: str) -> None:
    """Texts of 100 words, of 30,000 that are as unequally common as those of a language."""
    words = (
        "arrayStringConcat(arrayMap(i -> concat('word', toString("
        "toUInt64(pow(30000, (cityHash64(id, i, {side:UInt8}) % 1000000) / 1000000)))), range(100)), ' ')"
    )
    store.command(
        f"""
        INSERT INTO call_texts (project, id, input, output, received_at)
        SELECT project, id, {words.replace("{side:UInt8}", "1")}, {words.replace("{side:UInt8}", "2")}, received_at
        FROM calls
        WHERE project = {{project:String}} AND cityHash64(id) % {{texts:UInt32}} = 0
        """,
        {"project": project, "texts": TEXTS},
    )
    store.command(
        """
        INSERT INTO scores (
          project, ts, submission_id, name, type, number, text, prompt_id, prompt_version, user_id, call_id, environment,
          received_at
        )
        SELECT
          project, ts + INTERVAL 1 MINUTE, id, if(rand(1) % 2 = 0, 'rating', 'feedback') AS name,
          if(name = 'rating', 'int', 'string'), if(name = 'rating', rand(2) % 5 + 1, NULL),
          if(name = 'feedback', arrayElement(['positive', 'negative'], rand(3) % 2 + 1), ''),
          prompt_id, prompt_version, user_id, id, environment, received_at
        FROM calls
        WHERE project = {project:String} AND cityHash64(id, 1) % {scores:UInt32} = 0
        """,
        {"project": project, "scores": SCORES},
    )
