#!/bin/sh
# Install what the lock files name. Called by `make setup`: PYTHON=… sh deploy/setup.sh .venv
# Python 3.13 is taken from, in this order: PYTHON, python3.13 as it runs in this folder, a version manager's, one uv can install.
set -eu
venv=$1
fail() { echo "cxportal: $*" >&2; exit 1; }
is_313() { [ -n "$1" ] && "$1" -c 'import sys; raise SystemExit(sys.version_info[:2] != (3, 13))' >/dev/null 2>&1; }

find_313() {
    for candidate in "${PYTHON:-}" python3.13 python3 python; do
        if is_313 "$candidate"; then command -v "$candidate"; return; fi
    done
    for candidate in "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.13*/bin/python3.13 \
                     "${ASDF_DATA_DIR:-$HOME/.asdf}"/installs/python/3.13*/bin/python3.13 \
                     "${MISE_DATA_DIR:-$HOME/.local/share/mise}"/installs/python/3.13*/bin/python3.13; do
        if is_313 "$candidate"; then echo "$candidate"; return; fi
    done
}

if [ -n "${PYTHON:-}" ] && ! is_313 "$PYTHON"; then fail "PYTHON=$PYTHON is not a Python 3.13 that runs."; fi
python=$(find_313)

# uv comes by pip into an environment of its own: any Python 3 that has venv will do for that.
boot=$venv/.boot
if ! "$boot/bin/python" -c '' >/dev/null 2>&1; then
    any=${python:-$(command -v python3 || true)}
    [ -n "$any" ] || fail "no Python found. Install Python 3.13 and run this again."
    "$any" -c 'import ensurepip, venv' 2>/dev/null || fail "$any has no venv module. Install it (Debian: apt install python3-venv) and run this again."
    rm -rf "$boot"
    "$any" -m venv "$boot"
fi
"$boot/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-boot.txt
uv=$boot/bin/uv

if ! is_313 "$venv/bin/python"; then
    if [ -n "$python" ]; then
        "$uv" venv --quiet --python "$python" --allow-existing "$venv"
    elif ! "$uv" venv --quiet --python 3.13 --allow-existing "$venv" >"$boot/uv.log" 2>&1; then
        fail "Python 3.13 is needed and uv could not download one. Install it (pyenv install 3.13, or Debian 13's python3.13) or name one: make setup PYTHON=/path/to/python3.13"
    fi
fi
echo "cxportal: installing packages (about half a minute the first time)"
"$uv" pip sync --quiet --require-hashes --compile-bytecode --python "$venv/bin/python" requirements-dev.txt
