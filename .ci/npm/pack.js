// Writes the npm packages of a release into DIRECTORY: artihook, and a package with the program for each platform.
// usage: node .ci/npm/pack.js VERSION DIRECTORY OS/ARCH=PROGRAM…, with Go's names, such as linux/amd64=dist/artihook
'use strict';

const fs = require('node:fs');
const path = require('node:path');

const systems = { linux: 'linux', darwin: 'darwin', windows: 'win32' }; // Go's names and Node's
const processors = { amd64: 'x64', arm64: 'arm64' };

const [version, directory, ...programs] = process.argv.slice(2);
if (programs.length === 0) {
  console.error('usage: node .ci/npm/pack.js VERSION DIRECTORY OS/ARCH=PROGRAM…');
  process.exit(2);
}

const common = {
  version,
  description: "Test receivers of ArtiBot's lead webhooks",
  license: 'MIT',
};

// write writes a package: package.json, and copies of files by their name in the package.
function write(folder, manifest, files) {
  for (const [name, source] of Object.entries(files)) {
    const target = path.join(directory, folder, name);
    fs.mkdirSync(path.dirname(target), { recursive: true });
    fs.copyFileSync(source, target);
    fs.chmodSync(target, name.startsWith('bin/') ? 0o755 : 0o644);
  }
  fs.writeFileSync(path.join(directory, folder, 'package.json'), JSON.stringify(manifest, null, 2) + '\n');
}

const root = path.join(__dirname, '..', '..');
const license = { LICENSE: path.join(root, 'LICENSE') };
const platforms = {};
for (const argument of programs) {
  const [, goos, goarch, program] = argument.match(/^(\w+)\/(\w+)=(.+)$/) ?? [];
  const os = systems[goos];
  const cpu = processors[goarch];
  if (!os || !cpu) throw new Error(`unknown platform in ${argument}; use OS/ARCH=PROGRAM`);
  const name = `@artihook/${os}-${cpu}`;
  platforms[name] = version;
  write(`${os}-${cpu}`, {
    name,
    ...common,
    description: `The program artihook for ${os} ${cpu}. Install the package artihook.`,
    os: [os],
    cpu: [cpu],
    preferUnplugged: true,
  }, {
    ...license,
    'THIRD_PARTY_LICENSES.txt': path.join(root, 'docs', 'THIRD_PARTY_LICENSES.txt'),
    [`bin/artihook${os === 'win32' ? '.exe' : ''}`]: program,
  });
}
write('artihook', {
  name: 'artihook',
  ...common,
  keywords: ['artibot', 'webhook', 'testing'],
  bin: { artihook: 'bin/artihook.js' },
  engines: { node: '>=18' },
  optionalDependencies: platforms,
}, {
  ...license,
  'README.md': path.join(__dirname, 'README.md'),
  'bin/artihook.js': path.join(__dirname, 'artihook.js'),
});
