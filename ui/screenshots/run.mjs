/** Reads the rest as Vite does: it is TypeScript, and the catalogues are JSON. */
import { runnerImport } from 'vite';

const { module } = await runnerImport('./screenshots/take.ts');
try {
  for (const sheet of await module.take(process.argv.slice(2))) process.stdout.write(`${sheet}\n`);
} catch (error) {
  process.stderr.write(`screenshots: ${error.message}\n`);
  process.exitCode = 1;
}
