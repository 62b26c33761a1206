"""What a shell needs to complete commands, options and their values: a script without calls.

``wfmodel --print-completion bash`` writes it; nothing of wfmodel runs when a key is pressed. After
what the script does not know, the shell completes names of files, as ever.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Shell(StrEnum):
    """Shells that can be told."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


@dataclass(frozen=True, slots=True)
class OptionWords:
    """An option's spellings, and its values where they are few and known."""

    spellings: tuple[str, ...]
    values: tuple[str, ...] = ()


def options_of(command: Any) -> Iterator[OptionWords]:  # noqa: ANN401 - typer's own command
    """The options of a command, as its help has them."""
    for parameter in command.params:
        spelled = tuple(each for each in parameter.opts if each.startswith("-"))
        if spelled:
            kind = getattr(getattr(parameter, "type_descriptor", None), "annotation", None)
            known = kind if isinstance(kind, type) and issubclass(kind, StrEnum) else ()
            yield OptionWords(spelled, tuple(each.value for each in known))
    yield OptionWords(("--help",))


def completion_script(
    shell: Shell, about: Mapping[str, str], options: Mapping[str, tuple[OptionWords, ...]]
) -> str:
    """The script: ``about`` says of each command what it does, ``options`` which it has."""
    if shell is Shell.FISH:
        return "\n".join(_fish(about, options)) + "\n"
    script = "\n".join(_bash(about, options)) + "\n"
    head = "autoload -U +X bashcompinit && bashcompinit\n" if shell is Shell.ZSH else ""
    return head + script


def _bash(
    about: Mapping[str, str], options: Mapping[str, tuple[OptionWords, ...]]
) -> Iterator[str]:
    yield "_wfmodel() {"
    yield '    local word="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD-1]}" words=""'
    yield '    case "${COMP_WORDS[1]} $before" in'
    for command, known in options.items():
        for option in known:
            if option.values:
                cases = "|".join(f"'{command} {each}'" for each in option.spellings)
                yield f"        {cases}) words={shlex.quote(' '.join(option.values))} ;;"
    yield "    esac"
    yield '    if [ -z "$words" ] && [ "$COMP_CWORD" -eq 1 ]; then'
    yield f"        words={shlex.quote(' '.join((*about, '--help', '--version')))}"
    yield '    elif [ -z "$words" ] && [ "${word#-}" != "$word" ]; then'
    yield '        case "${COMP_WORDS[1]}" in'
    for command, known in options.items():
        spelled = " ".join(each for option in known for each in option.spellings)
        yield f"            {command}) words={shlex.quote(spelled)} ;;"
    yield "        esac"
    yield "    fi"
    yield '    COMPREPLY=( $(compgen -W "$words" -- "$word") )'
    yield "}"
    yield "complete -o default -o bashdefault -F _wfmodel wfmodel"


def _fish(
    about: Mapping[str, str], options: Mapping[str, tuple[OptionWords, ...]]
) -> Iterator[str]:
    for command, words in about.items():
        yield (
            f"complete -c wfmodel -n __fish_use_subcommand -f -a {command} -d {shlex.quote(words)}"
        )
    for command, known in options.items():
        for option in known:
            names = " ".join(
                f"-l {each[2:]}" if each.startswith("--") else f"-s {each[1:]}"
                for each in option.spellings
            )
            values = f" -x -a {shlex.quote(' '.join(option.values))}" if option.values else ""
            seen = shlex.quote(f"__fish_seen_subcommand_from {command}")
            yield f"complete -c wfmodel -n {seen} {names}{values}"
