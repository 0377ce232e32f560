// A real personal data server of the AT Protocol and a directory of identities for it, both on the loopback, with all
// that they keep below the folder in the first argument. Prints the address, and ends when its input ends.
const { mkdirSync } = require('node:fs')
const { createServer } = require('node:net')
const { randomBytes } = require('node:crypto')
const path = require('node:path')
const { PDS, envToCfg, envToSecrets, readEnv } = require('@atproto/pds')
const plc = require('@did-plc/server')

const free = () =>
  new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address()
      probe.close(() => resolve(port))
    })
  })

async function main(folder) {
  const [directory, port] = [await free(), await free()]
  await plc.PlcServer.create({ db: plc.Database.mock(), port: directory }).start()
  for (const name of ['data', 'blobs', 'blobs-tmp']) mkdirSync(path.join(folder, name), { recursive: true })
  Object.assign(process.env, {
    PDS_HOSTNAME: 'localhost',
    PDS_PORT: String(port),
    PDS_DEV_MODE: '1',
    PDS_DATA_DIRECTORY: path.join(folder, 'data'),
    PDS_BLOBSTORE_DISK_LOCATION: path.join(folder, 'blobs'),
    PDS_BLOBSTORE_DISK_TMP_LOCATION: path.join(folder, 'blobs-tmp'),
    PDS_BLOB_UPLOAD_LIMIT: '104857600',
    PDS_JWT_SECRET: randomBytes(16).toString('hex'),
    PDS_ADMIN_PASSWORD: randomBytes(16).toString('hex'),
    PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX: '11'.repeat(32),
    PDS_DID_PLC_URL: `http://127.0.0.1:${directory}`,
    PDS_INVITE_REQUIRED: 'false',
    PDS_SERVICE_HANDLE_DOMAINS: '.test',
    LOG_ENABLED: 'false',
  })
  const env = readEnv()
  const server = await PDS.create(envToCfg(env), envToSecrets(env))
  await server.start()
  process.stdout.write(`http://127.0.0.1:${port}\n`)
  process.stdin.resume().on('end', () => process.exit(0))
}

main(process.argv[2])
