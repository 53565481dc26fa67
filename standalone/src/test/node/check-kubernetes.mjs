// Checks Kubernetes manifests: values by the schemas of the API, and names of fields by its types, for
// the schemas let unknown ones pass.
//
//   node check-kubernetes.mjs SCRATCH MANIFEST...      in the directory that holds node_modules

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { parseAllDocuments } from "yaml";

const [scratch, ...files] = process.argv.slice(2);
const problems = [];
const types = [];

function moduleOf(apiVersion) {
  const group = apiVersion.includes("/") ? apiVersion.split("/")[0] : "";
  return group === "monitoring.coreos.com" ? `@kubernetes-models/prometheus-operator/${apiVersion}` : `kubernetes-models/${apiVersion}`;
}

for (const file of files) {
  for (const document of parseAllDocuments(readFileSync(file, "utf8"))) {
    problems.push(...document.errors.map((error) => `${file}: ${error.message}`));
    const manifest = document.toJS();
    const { apiVersion, kind, metadata } = manifest;
    // kustomize breaks base64 into lines, which Kubernetes reads and the schema does not know.
    if (kind === "Secret") for (const key in manifest.data) manifest.data[key] = manifest.data[key].replaceAll("\n", "");
    const name = `${file}: ${kind} ${metadata?.name}`;
    try {
      const model = (await import(moduleOf(apiVersion)))[kind];
      new model(manifest).validate();
      types.push([name, `import type { I${kind} as T${types.length} } from "${moduleOf(apiVersion)}";`,
        `const d${types.length}: T${types.length} = ${JSON.stringify(manifest)};`]);
      console.log(`${kind} ${metadata.name}`);
    } catch (problem) {
      problems.push(`${name}: ${problem.message}`);
    }
  }
}

// One line for each manifest, so that the line of a diagnostic names it.
const source = join(scratch, "manifests.ts");
writeFileSync(source, [...types.map(([, , line]) => line), ...types.map(([, line]) => line), "export {};"].join("\n"));
const program = ts.createProgram([source], {
  noEmit: true, strict: true, skipLibCheck: true, types: [], target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext,
});
for (const diagnostic of ts.getPreEmitDiagnostics(program)) {
  const line = diagnostic.file?.getLineAndCharacterOfPosition(diagnostic.start).line ?? 0;
  problems.push(`${types[line]?.[0] ?? "manifests"}: ${ts.flattenDiagnosticMessageText(diagnostic.messageText, " ")}`);
}
problems.forEach((problem) => console.error(problem));
process.exitCode = problems.length ? 1 : 0;
