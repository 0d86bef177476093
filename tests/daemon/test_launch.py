from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import ginnel_service
from ginnel_service.process.launch import PATH, clean

#: What makes a program load somebody's code or files.
HOSTILE = {
    "BASH_ENV": "/tmp/x",
    "GCONV_PATH": "/tmp/x",
    "LD_AUDIT": "/tmp/x.so",
    "LD_LIBRARY_PATH": "/tmp/x",
    "LD_PRELOAD": "/tmp/x.so",
    "LOCPATH": "/tmp/x",
    "MALLOC_TRACE": "/tmp/x",
    "OPENSSL_CONF": "/tmp/x.cnf",
    "OPENSSL_ENGINES": "/tmp/x",
    "OPENSSL_MODULES": "/tmp/x",
    "PYTHONHOME": "/tmp/x",
    "PYTHONPATH": "/tmp/x",
    "PYTHONSTARTUP": "/tmp/x.py",
    "RES_OPTIONS": "debug",
    "SSLKEYLOGFILE": "/tmp/keys",
    "SSL_CERT_FILE": "/tmp/x.pem",
    "TMPDIR": "/tmp/x",
    "TZ": ":/tmp/x",
}


def test_the_service_sees_no_variable_that_steers_a_library() -> None:
    kept = {"NOTIFY_SOCKET": "/run/systemd/notify", "LANG": "C.UTF-8"}
    assert clean({**HOSTILE, **kept, "PATH": "/tmp/x"}) == {**kept, "PATH": PATH}


@pytest.mark.parametrize("isolated", [False, True])
def test_the_command_starts_isolated_with_a_clean_environment(tmp_path: Path, isolated: bool) -> None:
    """A configuration of OpenSSL that is read would fail to load a library that tells of itself."""
    spy = tmp_path / "bin"
    spy.mkdir()
    # stands for the interpreter, and writes down how the service would be started
    interpreter = spy / "python"
    script = f'#!/bin/sh\ncd {tmp_path}\nprintf "%s\\n" "$@" >arguments\nenv >environment\n'
    interpreter.write_text(script)
    interpreter.chmod(0o755)
    code = (
        f"import sys; sys.path.insert(0, {str(Path(ginnel_service.__file__).parents[1])!r}); "
        f"sys.executable = {str(interpreter)!r}; sys.argv = ['ginneld', '--log-level', 'debug']; "
        "from ginnel_service.process.launch import main; main()"
    )
    config = tmp_path / "openssl.cnf"
    config.write_text("nothing = here\n")
    environment = {"PATH": os.environ["PATH"], "OPENSSL_CONF": str(config), "NOTIFY_SOCKET": "/x"}
    argv = [sys.executable, *(["-I"] if isolated else []), "-c", code]
    done = subprocess.run(argv, env=environment, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stderr
    arguments = (tmp_path / "arguments").read_text().split()
    assert arguments == ["-I", "-m", "ginnel_service.daemon", "--log-level", "debug"]
    found = dict(line.split("=", 1) for line in (tmp_path / "environment").read_text().splitlines())
    assert found.keys() - {"PWD", "_", "SHLVL", "OLDPWD"} <= {"PATH", "NOTIFY_SOCKET", "LC_CTYPE"}
    assert found["PATH"] == PATH


def test_launching_reads_no_library_that_reads_the_environment() -> None:
    code = "import sys, ginnel_service.process.launch; print(*sys.modules)"
    root = str(Path(ginnel_service.__file__).parents[1])
    argv = [sys.executable, "-S", "-c", f"import sys; sys.path.insert(0, {root!r}); {code}"]
    done = subprocess.run(argv, env={}, capture_output=True, text=True, timeout=30, check=True)
    assert not {"ssl", "_ssl", "_hashlib", "cryptography", "ctypes"} & set(done.stdout.split())


def test_the_installed_command_is_the_launcher() -> None:
    text = (Path(__file__).parents[2] / "pyproject.toml").read_text()
    assert 'ginneld = "ginnel_service.process.launch:main"' in text
