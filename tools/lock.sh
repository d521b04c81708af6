#!/usr/bin/env bash
# Makes the pins with hashes anew: requirements.in -> requirements.txt, requirements-dev.in -> requirements-dev.txt,
# and the installer's own, tools/uv.txt. Give --upgrade to take newer versions, nothing to keep what still fits.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export UV_SYSTEM_CERTS=1 UV_CUSTOM_COMPILE_COMMAND="tools/lock.sh"
compile() { .venv/bin/python -m uv pip compile -q --universal --python-version 3.11 --generate-hashes "$@"; }

compile "$@" requirements.in -o requirements.txt
# Constrained, so that ./test never tries other versions than ./run serves.
compile "$@" requirements-dev.in -c requirements.txt -o requirements-dev.txt
echo uv | compile "$@" - -o tools/uv.txt
