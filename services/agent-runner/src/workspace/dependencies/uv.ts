import type { ProjectInterpreter } from '../../toolchain/host-toolchain';
import type { Installation } from './installation';

const release = '0.13.9';

/** Fetches the program out of its wheel: many systems have a Python without pip. */
const fetching = `
import hashlib, io, os, platform, re, sys, urllib.request, zipfile
from urllib.parse import urljoin
index, release, place = sys.argv[1:4]
page = index.rstrip("/") + "/uv/"
with urllib.request.urlopen(page, timeout=60) as answer:
    base, text = answer.geturl(), answer.read().decode()
links = re.findall(r'href="([^"]+)"', text)
machine = platform.machine()
fitting = [l for l in links if re.search(r"/?uv-[0-9.]+-py3-none-manylinux_2_(17|28)_" + machine, l)]
wanted = [l for l in fitting if "/uv-" + release + "-" in l or l.startswith("uv-" + release + "-")] or fitting[-1:]
if not wanted:
    sys.exit("uv was not found in the registry for " + machine)
address = urljoin(base, wanted[0].replace("&amp;", "&"))
with urllib.request.urlopen(address.split("#")[0], timeout=300) as answer:
    wheel = answer.read()
digest = re.search(r"#sha256=([0-9a-f]{64})", address)
if digest and hashlib.sha256(wheel).hexdigest() != digest.group(1):
    sys.exit("checksum mismatch of uv")
archive = zipfile.ZipFile(io.BytesIO(wheel))
name = next(n for n in archive.namelist() if n.endswith(".data/scripts/uv"))
os.makedirs(place + "/bin", exist_ok=True)
with open(place + "/bin/uv", "wb") as program:
    program.write(archive.read(name))
os.chmod(place + "/bin/uv", 0o755)
`;

/** uv, which installs what every other manager of Python locks. */
export const uv = (python: ProjectInterpreter, index: string): Installation => ({
  name: 'uv',
  manifest: 'pyproject.toml',
  inputs: new Map([['fetch-uv.py', fetching]]),
  command: `"${python.executable}" fetch-uv.py "${index}" ${release} "$YMERA_PLACE"`,
  place: 'tools/uv',
  provides: (place) => ({ toolPath: [`${place}/bin`] }),
});
