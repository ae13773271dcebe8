"""google-cloud-aiplatform's client of Model Garden, imported without the other forty services.

The package's `__init__` imports every service: 0.6 s and 122 MB, where this one needs 0.2 s and 49 MB without gRPC. The
client uses ccsetup's transport, so proxies, certificates and time limits are those of every request.
"""

import importlib
import importlib.machinery
import importlib.util
import io
import json
import sys
import threading
import types
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from itertools import islice
from typing import Any

from ccsetup.providers import network
from ccsetup.providers.access import PAGES, REQUEST_SECONDS, Access, endless, make_failure
from ccsetup.providers.google import api

_ROOT = "google.cloud.aiplatform_v1beta1"
_SERVICE = f"{_ROOT}.services.model_garden_service"
# Packages whose `__init__` imports more than a listing needs, outermost first.
_HEAVY = (_ROOT, f"{_ROOT}.types", f"{_ROOT}.services", _SERVICE, f"{_SERVICE}.transports")
_GRPC = ("grpc", "grpc.aio", "grpc.experimental", "grpc_status")
_LOCK = threading.Lock()  # sys.modules is modified temporarily
_UNIVERSE = "googleapis.com"  # passed, since the SDK would read the process's GOOGLE_CLOUD_UNIVERSE_DOMAIN


def publisher_models(access: Access, host: str, place: str) -> list[Any]:
    """Every `PublisherModel` of publisher anthropic that `host` lists; raises Failed if it refuses or cannot be
    reached."""
    try:
        client = _client(access, host, place)
        request = {"parent": "publishers/anthropic", "page_size": 300, "list_all_versions": True}
        pages = client.list_publisher_models(request, retry=None, timeout=REQUEST_SECONDS).pages
        listed = list(islice(pages, PAGES + 1))
    except Exception as error:
        raise api.failure(error, access, place, host) from error
    if len(listed) > PAGES:
        raise endless(access, place, host)
    return [model for page in listed for model in page.publisher_models]


def load() -> types.ModuleType:
    """The module of `ModelGardenServiceClient`: imported alone, or with its whole package if that fails."""
    with _LOCK:
        return _load()


@cache
def _load() -> types.ModuleType:
    if _ROOT in sys.modules:  # already imported, so reuse it
        return importlib.import_module(f"{_SERVICE}.client")
    try:
        with _bare_packages(), _without_grpc():
            return importlib.import_module(f"{_SERVICE}.client")
    except Exception:  # a later release may differ; modules that were imported by now are reused
        importlib.import_module(_ROOT)
        return importlib.import_module(f"{_SERVICE}.client")


@contextmanager
def _bare_packages() -> Iterator[None]:
    """Replace packages by empty ones, without running their `__init__`, during an import. They are removed from
    `sys.modules` afterwards, so that a later import of the whole package works normally and finds the modules imported
    here."""
    placed: dict[str, types.ModuleType] = {}
    try:
        for name in _HEAVY:
            spec = importlib.util.find_spec(name)
            if spec is None or spec.submodule_search_locations is None:
                raise ImportError(f"{name} is not a package")
            package = types.ModuleType(name)
            package.__spec__, package.__path__ = spec, list(spec.submodule_search_locations)
            sys.modules[name] = placed[name] = package
        yield
    finally:
        for name, package in placed.items():
            if sys.modules.get(name) is package:
                del sys.modules[name]


@contextmanager
def _without_grpc() -> Iterator[None]:
    """Replace gRPC by empty modules during an import: it takes 10 MB and REST never calls it. Modules that refer to
    them are removed afterwards, so that a later import uses the real gRPC."""
    if "grpc" in sys.modules:  # already imported
        yield
        return
    before = {*sys.modules}
    empty = {name: _Empty(name) for name in _GRPC}
    sys.modules.update(empty)
    try:
        yield
    finally:
        ids = (*map(id, empty.values()),)
        for name in {*sys.modules} - before:
            if name in empty or any(id(value) in ids for value in vars(sys.modules[name]).values()):
                gone = sys.modules.pop(name)
                parent, _, leaf = name.rpartition(".")
                package = sys.modules.get(parent)
                if package is not None and vars(package).get(leaf) is gone:
                    delattr(package, leaf)  # otherwise `from package import leaf` would find it there


class _Empty(types.ModuleType):
    """A module with every attribute: a class that is never created, or an exception that is never raised."""

    __version__ = None  # so that x-goog-api-client does not name gRPC

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.__spec__, self.__path__ = importlib.machinery.ModuleSpec(name, None, is_package=True), []

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        if name.startswith("__"):
            raise AttributeError(name)
        child = sys.modules.get(f"{self.__name__}.{name}")
        made = child or _EmptyType(name, (Exception,) if name.endswith("Error") else (), {})
        setattr(self, name, made)
        return made


class _EmptyType(type):
    """A class whose every attribute is another such class, like the members of an enumeration."""

    def __getattr__(cls, name: str) -> Any:  # noqa: ANN401
        if name.startswith("__"):
            raise AttributeError(name)
        made = _EmptyType(name, (), {})
        setattr(cls, name, made)
        return made

    def __iter__(cls) -> Iterator[Any]:
        return iter(())

    def __getitem__(cls, _: object) -> Any:  # noqa: ANN401
        return cls


def _client(access: Access, host: str, place: str) -> Any:  # noqa: ANN401 - the SDK has no types
    """A client of the API at `host` (scheme and name), with the profile's credentials and ccsetup's transport."""
    module: Any = load()
    parts = network.parts(host)
    transport = module.ModelGardenServiceRestTransport(
        host=parts.netloc + parts.path, credentials=_credentials(access), url_scheme=parts.scheme
    )
    session = transport._session  # google-auth's AuthorizedSession; its adapters are not accessible otherwise
    session.trust_env = False  # ignore this process's proxies and ~/.netrc
    session.headers.clear()  # no Accept-Encoding: the size limit applies to the response as received
    adapter = _adapter(access, place)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return module.ModelGardenServiceClient(transport=transport, client_options={"universe_domain": _UNIVERSE})


def _credentials(access: Access) -> Any:  # noqa: ANN401
    """The profile's credentials for the SDK: they add ccsetup's headers to every request."""
    from google.auth import credentials

    class Credentials(credentials.Credentials):
        def refresh(self, _: object) -> None:
            raise NotImplementedError

        def before_request(self, _: object, __: str, url: str, headers: dict[str, str]) -> None:
            headers.update(api.auth_headers(access, url))

    return Credentials()


def _adapter(access: Access, place: str) -> Any:  # noqa: ANN401
    """A `requests` adapter that sends with ccsetup's transport; raises Failed or Unanswered for anything but an API
    response."""
    from requests import PreparedRequest, Response
    from requests.adapters import BaseAdapter
    from requests.structures import CaseInsensitiveDict

    class Adapter(BaseAdapter):
        def send(self, request: PreparedRequest, *_: object, **__: object) -> Response:
            url = request.url or ""
            headers = {name: str(value) for name, value in request.headers.items()}
            answer = api.request(access.environment, request.method or "GET", url, headers, None)
            if answer.status != 200:
                said = api.google_error(answer)
                parts = {**said.parts, "operation": "ListPublisherModels"}
                raise make_failure(replace(said, parts=parts), access, place, url)
            response = Response()
            response.status_code, response.url, response.request = answer.status, url, request
            response.headers = CaseInsensitiveDict(answer.headers)
            response.raw = io.BytesIO(_readable(api.parse_json(answer, url)))
            return response

        def close(self) -> None:
            """Do nothing: connections are shared."""

    return Adapter()


def _readable(document: Mapping[str, Any]) -> bytes:
    """The parts of a page that the SDK should parse: one unexpected value would make it reject the whole page."""
    listed = document.get("publisherModels")
    entries = [
        {"name": entry["name"], "versionId": _text(entry.get("versionId")), "launchStage": _stage(entry)}
        for entry in (listed if isinstance(listed, list) else ())
        if isinstance(entry, dict) and isinstance(entry.get("name"), str)
    ]
    return json.dumps({"publisherModels": entries, "nextPageToken": _text(document.get("nextPageToken"))}).encode()


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _stage(entry: Mapping[str, Any]) -> str | int:
    """A launch stage that the SDK knows; for an unknown number it would print a warning."""
    module: Any = load()
    stage = entry.get("launchStage")
    stages = module.publisher_model.PublisherModel.LaunchStage
    return stage if isinstance(stage, str | int) and stage in (*stages.__members__, *map(int, stages)) else 0
