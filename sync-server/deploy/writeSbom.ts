import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** `npm run sbom`: what is shipped, as npm itself knows it from the lock file (CycloneDX 1.5). `npm run sbom -- FILE` writes it elsewhere. */
const root = fileURLToPath(new URL('../..', import.meta.url));
const [out = 'dist/muster.cdx.json'] = process.argv.slice(2);
const path = resolve(root, out);

const npm = process.env.npm_execpath;
if (npm === undefined) {
  process.stderr.write('sbom: npm is not known here. Run it as `npm run sbom`.\n');
  process.exit(2);
}
interface Component {
  readonly 'bom-ref': string;
  readonly properties?: readonly { readonly name: string; readonly value: string }[];
}
interface Bill {
  readonly metadata: { readonly component: { name: string } };
  components: readonly Component[];
  dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[];
}

/** `--omit=dev` also leaves out what development needs *as well* (yjs among them), so npm is asked for everything and its own mark is read. */
const isDevelopment = ({ properties = [] }: Component): boolean =>
  properties.some(({ name, value }) => name === 'cdx:npm:package:development' && value === 'true');

const args = ['sbom', '--sbom-format=cyclonedx', '--sbom-type=application'];
const text = execFileSync(process.execPath, [npm, ...args], { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
const bill = JSON.parse(text) as Bill;
const left = new Set(bill.components.filter(isDevelopment).map((component) => component['bom-ref']));
bill.components = bill.components.filter((component) => !left.has(component['bom-ref']));
bill.dependencies = bill.dependencies
  .filter(({ ref }) => !left.has(ref))
  .map((one) => ({ ...one, dependsOn: (one.dependsOn ?? []).filter((ref) => !left.has(ref)) }));
// npm names it after the folder that it lies in.
const { name } = JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8')) as { name: string };
bill.metadata.component.name = name;
mkdirSync(dirname(path), { recursive: true });
writeFileSync(path, `${JSON.stringify(bill, null, 2)}\n`);
process.stdout.write(`${path}: ${bill.components.length} components\n`);
