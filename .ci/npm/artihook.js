#!/usr/bin/env node
// Runs the program from the package of this platform, with the same arguments, streams and exit code.
'use strict';

const { spawn } = require('node:child_process');

const name = `@artihook/${process.platform}-${process.arch}`;

function fail(message) {
  console.error(`artihook: ${message}`);
  process.exit(3);
}

function findProgram() {
  try {
    return require.resolve(`${name}/bin/artihook${process.platform === 'win32' ? '.exe' : ''}`);
  } catch {
    const platforms = Object.keys(require('../package.json').optionalDependencies);
    if (!platforms.includes(name)) {
      fail(`there is no package for ${process.platform}-${process.arch}, only ${platforms.join(', ')}; build artihook with Go`);
    }
    fail(`the package ${name} is not installed; install artihook again with its optional dependencies`);
  }
}

const child = spawn(findProgram(), process.argv.slice(2), { stdio: 'inherit' });
child.on('error', (err) => fail(`cannot run the program: ${err.message}`));

// A terminal sends Ctrl-C to the program too. A second SIGINT would kill the program.
const terminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
process.on('SIGINT', () => terminal || child.kill('SIGINT'));
process.on('SIGTERM', () => child.kill('SIGTERM'));

child.on('exit', (code, signal) => {
  if (signal) {
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  } else {
    process.exitCode = code;
  }
});
