"""The profiles on disk: one TOML file each, replaced atomically, under one lock."""

from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ccsetup.knowledge.pages import Explained
from ccsetup.knowledge.surfaces import Knowledge
from ccsetup.profile import compiled, environment, outcome
from ccsetup.profile.coming import Coming
from ccsetup.profile.insecure import find_insecure
from ccsetup.profile.profile import (
    ALLOW_HTTP,
    REGIONS,
    Profile,
    absolute_path,
    check_name,
    is_name,
    parse,
    relative_path,
    split_regions,
)
from ccsetup.profile.trust import Trust
from ccsetup.shells import dialects, posix
from ccsetup.system import display, files
from ccsetup.system.errors import UserError
from ccsetup.system.os_errors import cannot
from ccsetup.system.spelling import suggest
from ccsetup.system.system import System


@dataclass(frozen=True, slots=True)
class Store:
    """The profiles of one system. Every method that takes a name rejects an invalid one."""

    system: System
    knowledge: Knowledge
    _parsed: dict[tuple[str, bytes], Profile] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def trust(self) -> Trust:
        return Trust(self.system.state, self.system.config, self.system.home)

    def names(self) -> tuple[str, ...]:
        """The names of all profiles, valid or not, sorted."""
        coming = self.coming.names()
        stems = (path.stem for path in self._files() if path.suffix == ".toml")
        return tuple(sorted(name for name in stems if is_name(name) and name not in coming))

    def misnamed(self) -> tuple[Path, ...]:
        """The files that look like profiles, and whose names no profile can have; sorted."""
        named = (path for path in self._files() if path.suffix.lower() == ".toml" and not path.name.startswith("."))
        return tuple(sorted(path for path in named if path.suffix != ".toml" or not is_name(path.stem)))

    def _files(self) -> tuple[Path, ...]:
        try:
            return tuple(self.system.profiles.iterdir())
        except FileNotFoundError:
            return ()
        except OSError as why:
            raise cannot("read", self.system.profiles, why) from why

    def path(self, name: str) -> Path:
        return self.system.profiles / f"{check_name(name)}.toml"

    def draft(self, name: str) -> Path:
        """The path of the text of an unfinished edit."""
        return self.system.state / "drafts" / self.path(name).name

    def text(self, name: str) -> bytes:
        """Read the profile's file; raises UserError suggesting similar names if it does not exist."""
        path = self.path(name)
        try:
            return files.read(path if name not in self.coming.names() else self.coming.nowhere, home=self.system.home)
        except FileNotFoundError as error:
            names = self.names()
            hint = suggest(name, names) or (
                f"there are: {', '.join(names)}" if names else "create one with: ccsetup init"
            )
            raise UserError(f"profile {name!r} not found", hint) from error

    def load(self, name: str) -> Profile:
        return self.read(name, self.text(name))

    def read(self, name: str, text: bytes) -> Profile:
        """Parse `text` as the file of `name`. If it contains a secret, compiled files that an earlier version made from
        it are deleted."""
        path = str(self.path(name))
        if (known := self._parsed.get((name, text))) is not None:
            return known
        try:
            return self._parsed.setdefault((name, text), parse(text, path, self.knowledge))
        except Explained:
            with suppress(OSError, UserError):
                self._forget(name)
            raise

    def read_each(self, names: Iterable[str]) -> tuple[list[tuple[str, bytes, Profile]], list[tuple[str, UserError]]]:
        """Return the name, text and content of each readable profile, and the name and error of each other one."""
        readable: list[tuple[str, bytes, Profile]] = []
        unreadable: list[tuple[str, UserError]] = []
        for name in names:
            try:
                text = self.text(name)
                readable.append((name, text, self.read(name, text)))
            except UserError as error:
                unreadable.append((name, error))
        return readable, unreadable

    def prepare(self, name: str, text: bytes) -> bytes:
        """The file of `name` as it is to be saved: `text`, checked, with absolute paths."""
        profile = self.read(name, text)
        home = str(self.system.home)
        asks = self.knowledge.surfaces[profile.surface].ask
        paths = {ask.name: profile.set[ask.name] for ask in asks if ask.path and ask.name in profile.set}
        whole = {setting: absolute_path(setting, path, home) for setting, path in paths.items()}
        if whole == paths:
            return text
        import tomlkit

        document: MutableMapping[str, Any] = tomlkit.parse(text)
        document["set"] |= whole
        return encode(tomlkit.dumps(document))

    def exists(self, name: str) -> bool:
        """Whether anything exists at the path of the profile's file."""
        try:
            (self.path(name) if name not in self.coming.names() else self.coming.nowhere).lstat()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise cannot("read", self.path(name), error) from error
        return True

    def refuse_taken(self, name: str, todo: str = "rename or remove it first, or choose another name") -> None:
        if self.exists(name):
            raise UserError(f"profile {name!r} already exists", (f"see it with: ccsetup show {name}", todo))

    @contextmanager
    def lock(self) -> Iterator[None]:
        """The lock to hold around every change to profiles; not re-entrant between processes, so hold it briefly."""
        with files.locked(self.system.config / ".lock"):
            self._take_back()
            yield

    @property
    def coming(self) -> Coming:
        return Coming(self.system.config, self.system.home)

    def _take_back(self) -> None:
        """Delete what a process added that was killed before all was there."""
        if names := self.coming.names():
            for name in filter(is_name, names):
                files.remove(self.path(name))
            self.coming.complete()

    def add(self, texts: Mapping[str, bytes], before: Callable[[str, Profile], None]) -> None:
        """Make each text the profile of its name: all or none, even if this process is killed. `before` is called for
        each, once its name counts for nothing else. To be called under the lock."""
        profiles = {name: self.read(name, text) for name, text in texts.items()}
        files.sweep(files.private_folder(self.system.profiles))
        self.coming.announce(tuple(texts))
        try:
            for name, text in texts.items():
                before(name, profiles[name])
                self.draft(name).unlink(missing_ok=True)  # an edit of a profile whose file was deleted by hand
                files.write(self.path(name), text)
        except BaseException:  # Ctrl-C included
            self._take_back()
            raise
        self.coming.complete()
        for name, text in texts.items():
            self.compile(name, text, profiles[name])

    def save(self, name: str, text: bytes) -> Profile:
        """Check `text`, save it as the profile `name`, and compile it. Call it under the lock."""
        path = self.path(name)
        profile = self.read(name, text)
        if not self.exists(name):  # the file may have been deleted by hand, leaving a draft
            self.draft(name).unlink(missing_ok=True)
        files.sweep(files.private_folder(path.parent))
        files.sweep(self.system.cache / "compiled")
        files.write(path, text)
        self.compile(name, text, profile)
        return profile

    def remove(self, name: str) -> None:
        """Delete the profile, its compiled files, and its draft. Call it under the lock."""
        path = self.path(name)
        try:
            path.unlink()
        except OSError as error:
            raise cannot("remove", path, error, "nothing was changed") from error
        with suppress(OSError, UserError):
            self._forget(name)
            self.draft(name).unlink(missing_ok=True)

    def _forget(self, name: str) -> None:
        """Delete the compiled files; raises UserError if one cannot be deleted."""
        for kind in (*dialects.SWITCHING, "ccuse"):
            path = self._compiled(name, kind)
            try:
                path.unlink(missing_ok=True)
            except NotADirectoryError:
                continue
            except OSError as error:
                raise cannot("remove", path, error, "remove it, then try again") from error

    def is_allowed(self, name: str, text: bytes, profile: Profile) -> bool:
        """Whether the profile with the file `text` may be used here: it was made here, needs no permission, or this
        exact text was allowed."""
        trust = self.trust
        if not trust.is_imported(name) or trust.allows_text(name, text):
            return True
        return not outcome.find_outcome(name, profile, self.knowledge, str(self.system.home)).needs

    def compile(self, name: str, source: bytes, profile: Profile) -> None:
        """Cache the output of `env`; failing to write the cache is not an error.

        A profile with a secret, or one that may not be used here, is not compiled but computed each time. Compiled
        files of an earlier text of a profile that may not be used are deleted.
        """
        relative = relative_path(profile, self.knowledge.surfaces[profile.surface])
        unsafe = find_insecure(name, profile, self.knowledge, str(self.system.home))
        if relative or unsafe or not self.is_allowed(name, source, profile):
            self._forget(name)
            return
        if environment.has_secret(profile, self.knowledge):
            return
        with suppress(UserError, OSError, UnicodeError):  # UnicodeError: the home folder's name is not valid Unicode
            files.private_folder(self.system.cache / "compiled")
            for kind, text in self._texts(name, source, profile).items():
                path = self._compiled(name, kind)
                if not path.is_file() or files.read(path) != text:
                    files.write(path, text)  # durable: a shell sources it, and half of it would be a wrong switch

    def _texts(self, name: str, source: bytes, profile: Profile) -> dict[str, bytes]:
        """The compiled file for each dialect, and for `ccuse`."""
        change = environment.change(name, profile, self.knowledge, home=str(self.system.home), secrets={})
        config_dir = change.values.get("CLAUDE_CONFIG_DIR")
        stamp = compiled.stamp(self.system.environment)
        values = environment.reveal(change)
        moved = str(config_dir) if config_dir else None
        label = display.visible(environment.describe(name, profile, self.knowledge))
        texts = {
            spoken: compiled.text(
                source,
                stamp,
                dialects.dialect_module(spoken).switch(values, change.borrowed),
                label=label,
                owned=[word for word in values if word not in change.borrowed and word != environment.ACTIVE],
                watch=environment.names_to_watch(change, self.knowledge.surfaces[profile.surface]),
                families=change.families,
                config_dir=moved,
            )
            for spoken in dialects.SWITCHING
        }
        texts["ccuse"] = compiled.ccuse(source, stamp, posix.ccuse(values, change.borrowed, label), moved)
        return texts

    def _compiled(self, name: str, kind: str) -> Path:
        return self.system.cache / "compiled" / f"{name}.{kind}"


def compose(
    surface: str,
    answers: Mapping[str, str],
    models: Mapping[str, str],
    env: Mapping[str, str],
    expect: Mapping[str, str],
) -> bytes:
    """Compose the file of a new profile."""
    import tomlkit

    document = tomlkit.document()
    document["schema"] = 1
    document["surface"] = surface
    for name, table in (("set", answers), ("models", models), ("env", env), ("expect", expect)):
        if table:
            document[name] = {key: _typed(name, key, value) for key, value in table.items()}
    lines = encode(tomlkit.dumps(document)).decode().split("\n")
    return "\n".join(display.escaped(line, display.code_point) for line in lines).encode()


def _typed(table: str, key: str, value: str) -> object:
    """A value as the file has it: the one truth value and the one list are not texts there."""
    if key == ALLOW_HTTP:
        return value == "true"
    return split_regions(value) if (table, key) == ("expect", REGIONS) else value


def encode(text: str) -> bytes:
    """Encode `text` as UTF-8. A command line can contain other bytes; TOML cannot."""
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise UserError("a value is not valid UTF-8", "type it in UTF-8") from error
