"""Anthropic's /v1/models, /v1/messages and related endpoints."""

from fnmatch import fnmatchcase

from ccsetup.lab.anthropic.state import Login, Model
from ccsetup.lab.call import Ask, Call, Fails
from ccsetup.lab.wire import Answer, as_json, as_sse, message, message_events
from ccsetup.lab.world import World

_CREDIT = (
    "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase "
    "credits."
)
_EXCHANGE = "urn:ietf:params:oauth:grant-type:jwt-bearer"


def name_of(call: Call, world: World) -> str | None:
    """The name of the login whose key is in x-api-key or in the bearer token; x-api-key has precedence."""
    secret = call.headers.get("x-api-key") or call.bearer
    return next((login.name for login in world.anthropic.login if secret and login.secret == secret), None)


def list_models(ask: Ask) -> Answer:
    """List models, newest first; retired ones only if requested by `lifecycle`."""
    limits = _limits(ask) if ask.world.anthropic.tells_limits else ()
    return list_page(ask, (*_organization(_login(ask)), *limits))


def list_page(ask: Ask, headers: tuple[tuple[str, str], ...] = ()) -> Answer:
    """The requested page of models, without checking the caller."""
    asked, today = ask.call.query_value, ask.world.today
    limit = int(asked("limit") or 20)
    if not 1 <= limit <= 1000:
        raise Fails(400, "invalid_request_error", f"limit: Input should be between 1 and 1000, not {limit}")
    wanted = [value for name, value in ask.call.query if name in ("lifecycle", "lifecycle[]")]
    models = [model for model in _models(ask) if model.lifecycle(today) in (wanted or ("active", "deprecated"))]
    ids = [model.id for model in models]
    after, before = asked("after_id"), asked("before_id")
    for cursor in (after, before):
        if cursor is not None and cursor not in ids:
            raise Fails(400, "invalid_request_error", f"after_id: model {cursor} does not exist")
    if before:
        models = models[: ids.index(before)]
        page, more = models[-limit:], len(models) > limit
    else:
        models = models[ids.index(after) + 1 :] if after else models
        page, more = models[:limit], len(models) > limit
    body = {
        "data": [_shown(ask, model) for model in page],
        "has_more": more,
        "first_id": page[0].id if page else None,
        "last_id": page[-1].id if page else None,
    }
    return as_json(body, headers=headers)


def get_model(ask: Ask) -> Answer:
    """Return a model by id or alias, even a retired one."""
    login = _login(ask)
    return as_json(_shown(ask, _found(ask, retired=True)), headers=_organization(login))


def create_message(ask: Ask) -> Answer:
    login = _login(ask)
    _versioned(ask)
    model = _found(ask)
    if not any(fnmatchcase(model.id, pattern) for pattern in login.models):
        raise Fails(404, "not_found_error", f"model: {ask.model}")
    if not login.credit:
        raise Fails(400, "invalid_request_error", _CREDIT)
    return _answered(ask, model.id, (*_organization(login), *_limits(ask)))


def create_unchecked(ask: Ask, model: str | None = None) -> Answer:
    """A message from the requested model, without checking the caller; `model` is one from another listing."""
    _versioned(ask)
    return _answered(ask, model or _found(ask).id, ())


def count_tokens(ask: Ask) -> Answer:
    login = _login(ask)
    _found(ask)
    return as_json({"input_tokens": 10}, headers=_organization(login))


def renew(ask: Ask) -> Answer:
    """The OAuth endpoint that refreshes a subscription's token, or exchanges an identity token (seen on 2.1.332)."""
    if ask.call.fields.get("grant_type") == _EXCHANGE:
        rule = ask.call.fields.get("federation_rule_id")
        login = next((one for one in ask.world.anthropic.login if one.federation and one.federation == rule), None)
        if login is None or not ask.call.fields.get("assertion"):
            raise Fails(400, "invalid_grant", "Federation rule not found, or the identity token is invalid")
        return as_json({"token_type": "Bearer", "access_token": login.secret, "expires_in": 3600})
    wanted = ask.call.fields.get("refresh_token")
    login = next((one for one in ask.world.anthropic.login if one.refresh and one.refresh == wanted), None)
    if login is None:
        raise Fails(400, "invalid_grant", "Refresh token not found or invalid")
    body = {"token_type": "Bearer", "access_token": login.secret, "refresh_token": login.refresh, "expires_in": 28800}
    return as_json(body)


def no_settings(_ask: Ask) -> Answer:
    """Claude Code's request for an organisation's settings and limits; 404 means that none are set."""
    return as_json({}, 404)


def missing(_ask: Ask) -> Answer:
    raise Fails(404, "not_found_error", "Not Found")


def _versioned(ask: Ask) -> None:
    if not ask.call.headers.get("anthropic-version"):
        raise Fails(400, "invalid_request_error", "anthropic-version: header is required")


def _answered(ask: Ask, model: str, headers: tuple[tuple[str, str], ...]) -> Answer:
    if ask.call.fields.get("stream") is True:
        return as_sse(message_events(model, "pong"), headers)
    return as_json(message(model, "pong"), headers=headers)


def _login(ask: Ask) -> Login:
    login = next((one for one in ask.world.anthropic.login if one.name == ask.identity), None)
    if login is not None:
        return login
    if "x-api-key" in ask.call.headers:
        raise Fails(401, "authentication_error", "invalid x-api-key")
    text = "Invalid bearer token" if ask.call.bearer else "x-api-key header is required"
    raise Fails(401, "authentication_error", text)


def _models(ask: Ask) -> list[Model]:
    models = [model for model in ask.world.anthropic.model if model.created_at <= ask.world.today]
    return sorted(models, key=lambda model: model.created_at, reverse=True)


def _found(ask: Ask, *, retired: bool = False) -> Model:
    if not ask.model:
        raise Fails(400, "invalid_request_error", "model: Field required")
    for model in _models(ask):
        if ask.model in (model.id, *model.aliases) and (retired or model.lifecycle(ask.world.today) != "retired"):
            return model
    raise Fails(404, "not_found_error", f"model: {ask.model}")


def _shown(ask: Ask, model: Model) -> dict[str, object]:
    shown: dict[str, object] = {
        "type": "model",
        "id": model.id,
        "display_name": model.display_name,
        "created_at": f"{model.created_at.isoformat()}T00:00:00Z",
    }
    if ask.world.anthropic.shape == "four-fields":
        return shown
    lifecycle = model.lifecycle(ask.world.today)
    announced = lifecycle != "active"
    return shown | {
        "lifecycle": lifecycle,
        "line": model.line,
        "deprecated_at": f"{model.deprecated_at}T00:00:00Z" if announced and model.deprecated_at else None,
        "retires_at": f"{model.retires_at}T00:00:00Z" if announced and model.retires_at else None,
        "max_input_tokens": model.max_input_tokens,
        "max_tokens": model.max_tokens,
    }


def _organization(login: Login) -> tuple[tuple[str, str], ...]:
    return (("request-id", "req_011CVlab00000000000000"), ("anthropic-organization-id", login.organization))


def _limits(ask: Ask) -> tuple[tuple[str, str], ...]:
    most = {"requests": ask.world.anthropic.requests_per_minute, "tokens": ask.world.anthropic.tokens_per_minute}
    reset = f"{ask.world.today.isoformat()}T00:01:00Z"
    return tuple(
        (f"anthropic-ratelimit-{kind}-{word}", value)
        for kind, limit in (*most.items(), ("input-tokens", most["tokens"]), ("output-tokens", most["tokens"] // 5))
        for word, value in (("limit", str(limit)), ("remaining", str(limit - 1)), ("reset", reset))
    )
