"""google-cloud-aiplatform's client of Model Garden, imported without the forty services beside it.

The package's `__init__` imports every service: 0.6 s and 122 MB, of which one needs 0.2 s and 49 MB
without gRPC. The client sends through our transport: proxies, certificates and deadlines are those of every request.
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
from functools import cache
from itertools import islice
from typing import Any

from ccsetup.providers import network
from ccsetup.providers.access import PAGES, REQUEST_SECONDS, Access, endless, failed
from ccsetup.providers.google import api

_ROOT = "google.cloud.aiplatform_v1beta1"
_SERVICE = f"{_ROOT}.services.model_garden_service"
# The packages whose `__init__` imports what no listing needs, outermost first.
_HEAVY = (_ROOT, f"{_ROOT}.types", f"{_ROOT}.services", _SERVICE, f"{_SERVICE}.transports")
_GRPC = ("grpc", "grpc.aio", "grpc.experimental", "grpc_status")
_LOCK = threading.Lock()  # sys.modules is changed for a moment
_UNIVERSE = "googleapis.com"  # named, or the SDK takes it from the process's GOOGLE_CLOUD_UNIVERSE_DOMAIN


def publisher_models(access: Access, host: str, place: str) -> list[Any]:
    """Every `PublisherModel` of publisher anthropic that `host` lists; Failed when it refuses or cannot be asked."""
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
    """The module of `ModelGardenServiceClient`: imported alone, or with its whole package where that fails."""
    with _LOCK:
        return _load()


@cache
def _load() -> types.ModuleType:
    if _ROOT in sys.modules:  # imported whole already, and cheaper than twice
        return importlib.import_module(f"{_SERVICE}.client")
    try:
        with _bare_packages(), _without_grpc():
            return importlib.import_module(f"{_SERVICE}.client")
    except Exception:  # whatever a later release does differently; what was imported till then is used again
        importlib.import_module(_ROOT)
        return importlib.import_module(f"{_SERVICE}.client")


@contextmanager
def _bare_packages() -> Iterator[None]:
    """Packages without their `__init__`, for the time of an import. Without them in `sys.modules` a later import of
    the whole package runs as it always does, and finds the modules that were imported meanwhile."""
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
    """An empty gRPC for the time of an import: 10 MB that REST never calls. The modules that hold it are forgotten
    afterwards, so that a later import of theirs gets the real one."""
    if "grpc" in sys.modules:  # imported already
        yield
        return
    before = {*sys.modules}
    empty = {name: _Empty(name) for name in _GRPC}
    sys.modules.update(empty)
    try:
        yield
    finally:
        held = (*map(id, empty.values()),)
        for name in {*sys.modules} - before:
            if name in empty or any(id(value) in held for value in vars(sys.modules[name]).values()):
                gone = sys.modules.pop(name)
                parent, _, leaf = name.rpartition(".")
                package = sys.modules.get(parent)
                if package is not None and vars(package).get(leaf) is gone:
                    delattr(package, leaf)  # else `from package import leaf` would find it there


class _Empty(types.ModuleType):
    """A module that has every name: of a class that is never made, or an exception that is never raised."""

    __version__ = None  # what goes into x-goog-api-client names no gRPC

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
    """A class whose every member is another, as those of an enumeration are."""

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


def _client(access: Access, host: str, place: str) -> Any:  # noqa: ANN401 - the SDK has no types for us
    """A client of the API at `host` (scheme and name), with the profile's credentials and our transport."""
    module: Any = load()
    parts = network.parts(host)
    transport = module.ModelGardenServiceRestTransport(
        host=parts.netloc + parts.path, credentials=_credentials(access), url_scheme=parts.scheme
    )
    session = transport._session  # an AuthorizedSession of google-auth; there is no other way to its adapters
    session.trust_env = False  # neither this process's proxies nor ~/.netrc
    session.headers.clear()  # no Accept-Encoding: answers are bounded as they come
    adapter = _adapter(access, place)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return module.ModelGardenServiceClient(transport=transport, client_options={"universe_domain": _UNIVERSE})


def _credentials(access: Access) -> Any:  # noqa: ANN401
    """The profile's credentials as the SDK takes them: every request gets our headers, fetched once for all."""
    from google.auth import credentials

    class Credentials(credentials.Credentials):
        def refresh(self, _: object) -> None:
            raise NotImplementedError

        def before_request(self, _: object, __: str, url: str, headers: dict[str, str]) -> None:
            headers.update(api.authorized(access, url))

    return Credentials()


def _adapter(access: Access, place: str) -> Any:  # noqa: ANN401
    """What sends a request of `requests`; an answer that is none of the API's is Failed or Unanswered."""
    from requests import PreparedRequest, Response
    from requests.adapters import BaseAdapter
    from requests.structures import CaseInsensitiveDict

    class Adapter(BaseAdapter):
        def send(self, request: PreparedRequest, *_: object, **__: object) -> Response:
            url = request.url or ""
            headers = {name: str(value) for name, value in request.headers.items()}
            answer = api.request(access.environment, request.method or "GET", url, headers, None)
            if answer.status != 200:
                raise failed(api.google_error(answer), access, place, url)
            response = Response()
            response.status_code, response.url, response.request = answer.status, url, request
            response.headers = CaseInsensitiveDict(answer.headers)
            response.raw = io.BytesIO(_readable(api.json_of(answer, url)))
            return response

        def close(self) -> None:
            """Connections are everybody's."""

    return Adapter()


def _readable(document: Mapping[str, Any]) -> bytes:
    """What the SDK shall parse of a page: one value of an unforeseen form would cost it the whole page."""
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
    """A launch stage that the SDK has a name for; of a newer one's number it would warn on the terminal."""
    module: Any = load()
    stage = entry.get("launchStage")
    known = module.publisher_model.PublisherModel.LaunchStage
    return stage if isinstance(stage, str | int) and stage in (*known.__members__, *map(int, known)) else 0
