"""Sections of python-gitlab's own configuration file.

Messages of the parser quote the file's lines, so they may quote the token: they are replaced, not passed on.
"""

from __future__ import annotations

import configparser
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

from gitlab import config

from tui.domain.errors import BadInput, TokenMissing
from tui.gateway.secret import Secret
from tui.gateway.token_kind import USABLE

_UNSAID = 60
"""python-gitlab's own timeout, which its parser also gives for a file that names none."""

_WHERE = "The file is PYTHON_GITLAB_CFG, ~/.python-gitlab.cfg or /etc/python-gitlab.cfg."


@dataclass(frozen=True)
class Section:
    """What a section says about an instance; `timeout` in seconds, 0 when it says nothing of it."""

    url: str
    token: Secret
    ca: str
    oauth: bool
    timeout: float


def read(section: str, files: Sequence[str] | None = None) -> Section:
    """The section of that name. Raises BadInput, TokenMissing."""
    parser = _parse(section, files)
    if parser.ssl_verify is False:
        raise BadInput(
            f"The section {section} of python-gitlab's configuration switches certificate checks off (ssl_verify).",
            "Set ssl_verify to the path of the CA file that your GitLab's certificate was made with.",
        )
    token = parser.private_token or parser.oauth_token
    if not token:
        had = "no private_token and no oauth_token"
        if parser.job_token:
            had = "only a job_token and no private_token: a CI job cannot do a rollout"
        raise TokenMissing(f"The section {section} of python-gitlab's configuration has {had}.", USABLE)
    ca = parser.ssl_verify if isinstance(parser.ssl_verify, str) else ""
    timeout = 0 if parser.timeout == _UNSAID else parser.timeout
    return Section(parser.url or "", Secret(token.strip()), ca, oauth=not parser.private_token, timeout=timeout)


def _parse(section: str, files: Sequence[str] | None) -> config.GitlabConfigParser:
    try:
        return config.GitlabConfigParser(section, list(files) if files else None)
    except config.GitlabConfigHelperError:
        message, hint = f"The helper command of the section {section} failed.", "Run it by hand to see why."
    except (config.GitlabConfigMissingError, config.GitlabIDError):
        message, hint = "There is no configuration file of python-gitlab.", _WHERE
    except config.GitlabDataError:
        message = f"python-gitlab's configuration has no usable section {section}."
        hint = f"It needs a section [{section}] with url and private_token. {_WHERE}"
    except (configparser.Error, ValueError):
        message = f"python-gitlab's configuration cannot be read (section {section})."
        hint = f"Check its syntax; a % in a value is written %%. {_WHERE}"
    except (OSError, subprocess.SubprocessError) as error:
        reason = error.strerror if isinstance(error, OSError) else ""
        message = f"The helper command of the section {section} could not be started{f': {reason}' if reason else ''}."
        hint = "Check the command after helper: in python-gitlab's configuration."
    raise BadInput(message, hint)
