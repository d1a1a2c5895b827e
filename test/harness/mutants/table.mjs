/** How many of the mistakes in each hundred the tests have to notice. */
const wanted = 95;

/**
 * Prints the table: file, mistakes, noticed.
 * @param {{ file: string, noticed: boolean }[]} results
 * @returns {number} the exit code
 */
export function printTable(results) {
  const files = [...new Set(results.map(({ file }) => file))];
  const rows = files.map((file) =>
    count(
      file,
      results.filter((result) => result.file === file),
    ),
  );
  const total = count('all', results);
  console.log('\n| file | mistakes | noticed |\n|---|---|---|');
  for (const { file, mistakes, noticed } of [...rows, total]) {
    console.log(`| ${file} | ${mistakes} | ${noticed} |`);
  }
  const share = (100 * total.noticed) / total.mistakes;
  console.log(`\n${share.toFixed(1)} % noticed; at least ${wanted} % have to be.`);
  return share < wanted ? 1 : 0;
}

function count(file, results) {
  return {
    file,
    mistakes: results.length,
    noticed: results.filter(({ noticed }) => noticed).length,
  };
}
