// Reads [{data, cases: [[settings, convention], …]}, …] and prints, for each case, what the scripts
// of a page give: [exists, Mult-Adds, parameters], or [exists, reason, …].
import { readFileSync } from "node:fs";

const [folder, what] = process.argv.slice(2);
const { Network } = await import(`${folder}/network.js`);
const { written } = await import(`${folder}/exact.js`);

const results = JSON.parse(readFileSync(0, "utf-8")).map(({ data, cases }) => {
  const network = new Network(data.networks[0], data.conventions);
  return cases.map(([settings, convention]) => {
    const made = network.at({ ...network.defaults, ...settings }, convention);
    if (what === "reasons") return [made.exists, ...(made.reasons ?? [])];
    return made.counted ? [true, ...made.totals.map(written)] : [made.exists, null, null];
  });
});
console.log(JSON.stringify(results));
