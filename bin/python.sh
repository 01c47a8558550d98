# Sourced by the other commands: go to the checkout ($root) and find a Python that fits.
unset CDPATH
CHARTWAVE_CALLED_FROM=$(pwd)
export CHARTWAVE_CALLED_FROM
cd -- "$root" || exit 1
root=$(pwd -P)
cd -- "$root" || exit 1

python=
for candidate in .venv/bin/python python3 python3.13 python3.12 python3.11 python \
    /usr/bin/python3 /usr/local/bin/python3 /opt/homebrew/bin/python3; do
    if command -v "$candidate" >/dev/null 2>&1 && "$candidate" -c \
        'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    echo "Chartwave needs Python 3.11, 3.12 or 3.13, and none of them is on PATH." >&2
    echo "Install one from your system's packages or from https://www.python.org/downloads/" >&2
    exit 1
fi
