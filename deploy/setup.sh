#!/bin/sh
# Install what the lock files name. Called by `make setup`: PYTHON=… sh deploy/setup.sh .venv
# Python 3.13 is taken from, in this order: PYTHON, python3.13 as it runs in this folder, a version manager's, one uv can install.
set -eu
venv=$1
boot=$venv/.boot
log=$venv/setup.log
home=${HOME:-}
fail() { echo "cxportal: $*" >&2; exit 1; }
is_313() { [ -n "$1" ] && "$1" -c 'import sys; raise SystemExit(sys.version_info[:2] != (3, 13))' >/dev/null 2>&1; }
can_boot() { [ -n "$1" ] && "$1" -c 'import ensurepip, sys, venv; raise SystemExit(sys.version_info < (3, 8))' >/dev/null 2>&1; }
# The tools' own words go into a log: they say what failed, seldom what to do.
quietly() { "$@" >"$log" 2>&1; }

find_313() {
    for candidate in "${PYTHON:-}" python3.13 python3 python; do
        if is_313 "$candidate"; then command -v "$candidate"; return; fi
    done
    for candidate in "${PYENV_ROOT:-$home/.pyenv}"/versions/3.13*/bin/python3.13 \
                     "${ASDF_DATA_DIR:-$home/.asdf}"/installs/python/3.13*/bin/python3.13 \
                     "${MISE_DATA_DIR:-$home/.local/share/mise}"/installs/python/3.13*/bin/python3.13; do
        if is_313 "$candidate"; then echo "$candidate"; return; fi
    done
}

if [ -n "${PYTHON:-}" ] && ! is_313 "$PYTHON"; then
    fail "PYTHON=$PYTHON is not a Python 3.13 that runs: name another, or leave PYTHON out and one is looked for."
fi
mkdir -p "$venv" 2>/dev/null && [ -w "$venv" ] || fail "$(pwd)/$venv can't be written: give this account the right to it, or clone into a folder of your own."
python=$(find_313)

# uv comes by pip into an environment of its own: any Python 3 that has venv will do for that.
if ! "$boot/bin/python" -m pip --version >/dev/null 2>&1; then
    any=
    for candidate in "$python" python3 python; do
        if can_boot "$candidate"; then any=$candidate; break; fi
    done
    if [ -z "$any" ]; then
        some=${python:-$(command -v python3 || command -v python || true)}
        [ -n "$some" ] || fail "no Python found. Install Python 3.13 with venv (Debian 13, as root: apt install python3-venv) and run this again."
        package=python3-venv
        case $some in */python3.13) [ /usr/bin/python3 -ef "$some" ] || package=python3.13-venv ;; esac
        fail "$some has no venv module. Install it (Debian, as root: apt install $package) and run this again."
    fi
    rm -rf "$boot"
    quietly "$any" -m venv "$boot" || fail "$any could not make an environment in $boot: see $log."
fi
uv=$boot/bin/uv
network="see $log. Without a network there is no first start; behind a mirror set PIP_INDEX_URL and UV_DEFAULT_INDEX to it."
quietly "$boot/bin/python" -m pip install --disable-pip-version-check --require-hashes -r requirements-boot.txt ||
    fail "uv could not be installed by pip: $network"

if ! is_313 "$venv/bin/python"; then
    if [ -n "$python" ]; then
        quietly "$uv" venv --python "$python" --allow-existing "$venv" || fail "$python could not make an environment in $venv: see $log."
    else
        echo "cxportal: no Python 3.13 here: uv looks for one and downloads it"
        # Root's own folder is closed to the account that runs the services.
        [ "$(id -u)" != 0 ] || export UV_PYTHON_INSTALL_DIR="${UV_PYTHON_INSTALL_DIR:-$(pwd)/$venv/.python}"
        quietly "$uv" venv --python 3.13 --allow-existing "$venv" ||
            fail "Python 3.13 is needed and uv could not download one (see $log). Install it (pyenv install 3.13; Debian 13, as root: apt install python3-venv) or name one: make setup PYTHON=/path/to/python3.13"
    fi
fi
echo "cxportal: installing packages (about half a minute the first time)"
quietly "$uv" pip sync --require-hashes --compile-bytecode --python "$venv/bin/python" requirements-dev.txt ||
    fail "the packages could not be installed: $network"
