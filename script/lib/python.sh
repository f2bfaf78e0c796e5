# Goes to the top of the checkout and finds a Python that Sigillo runs on: sets $python. Sourced by the scripts.
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
python=
# One that can make virtual environments comes before one that cannot (Debian leaves that module out).
for test in 'import venv, ensurepip, sys; sys.exit(sys.version_info < (3, 11))' 'import sys; sys.exit(sys.version_info < (3, 11))'; do
  for candidate in .venv/bin/python python3 python3.13 python3.12 python3.11 python3.14; do
    if [ -z "$python" ] && command -v "$candidate" >/dev/null 2>&1 && "$candidate" -c "$test" 2>/dev/null; then
      python=$candidate
    fi
  done
done
if [ -z "$python" ]; then
  echo "Sigillo needs Python 3.11 or newer. On Debian 12 or newer: sudo apt-get install python3 python3-venv" >&2
  exit 1
fi
