/** Names that others are made to look like, and honest names that look like these. */
export const popularPackages: readonly string[] = `
accepts ajv angular ansi-colors ansi-regex ansi-styles archiver argon2 arg argparse assert async ava aws-sdk axios axios-retry
babel-core babel-loader babel-jest base64-js bcrypt bcryptjs bignumber.js bl bluebird body-parser boom bootstrap browserify browserslist bson buffer bull bullmq bunyan busboy bytes
cac camelcase chai chalk cheerio chokidar ci-info classnames cli-table3 cli-progress cliui clone clsx co colors color color-convert color-name colorette commander compression concat-stream concurrently config connect consola content-type cookie cookie-parser core-js cors cosmiconfig cron cross-env cross-fetch cross-spawn crypto-js css-loader csv-parse csv-parser csv-stringify cypress
d3 date-fns dayjs debug decimal.js deepmerge del denque depd destroy diff discord.js docker-modem dockerode dompurify dotenv dotenv-expand
ejs electron ember-cli email-validator enquirer env-paths envalid envinfo es6-promise esbuild escape-html escape-string-regexp eslint eslint-plugin-react esm event-stream eventemitter3 events execa express express-session express-validator extend
faker fast-deep-equal fast-glob fast-xml-parser fastify file-type find-up finalhandler flat fontawesome forever form-data formidable fresh fs-extra fsevents
gatsby get-stream glob globals globby google-auth-library got graceful-fs graphql grunt gulp
handlebars hapi he helmet highlight.js history hoek hono html-webpack-plugin http-errors http-proxy http-proxy-middleware http-server https-proxy-agent husky
i18next iconv-lite immer immutable inflight inherits ini inquirer invariant ioredis ip is-number is-plain-object is-promise isarray isomorphic-fetch
jasmine jest jest-mock jimp joi jose jquery js-yaml jsdom json5 jsonc-parser jsonwebtoken jszip
karma keyv kleur knex koa koa-router
leaflet left-pad less leven limiter lint-staged listr localforage lodash lodash-es lodash.get lodash.merge log4js log-update loglevel lru-cache luxon
marked material-ui md5 memoize memoizee merge meow method-override micromatch mime mime-types minimatch minimist mitt mkdirp mobx mocha moment moment-timezone mongodb mongoose morgan ms multer mustache mysql mysql2
nan nanoid nats ncp needle negotiator nest next nightmare nock node-fetch node-cron node-gyp node-sass nodemailer nodemon nopt normalize-path npm npmlog nuxt nyc
object-assign object-hash on-finished once open openai opn optimist ora oracledb os-locale
p-limit p-map p-queue p-retry papaparse parcel parse5 parseurl passport path-is-absolute path-to-regexp pdfkit pg picocolors picomatch pino pino-pretty pixi.js playwright plotly pluralize pm2 pnpm postcss preact prettier prisma progress promise prompts prop-types proxy-agent pug punycode puppeteer
q qs query-string quick-lru
ramda range-parser rate-limiter-flexible raw-body react react-dom react-native react-redux react-router react-router-dom react-scripts reactor readable-stream recast recharts redis redux redux-saga redux-thunk reflect-metadata remark request request-promise require-dir reselect resolve restify retry rimraf rollup rxjs
safe-buffer sass sass-loader sax semver send sequelize serve serve-static setprototypeof sharp shelljs shortid sinon slash slugify socket.io socket.io-client solc sort-keys source-map source-map-support split2 sql.js sqlite3 ssh2 stream-browserify string-width strip-ansi strip-json-comments stripe styled-components supertest superagent superstruct supports-color svelte swr
tailwindcss tap tape tar telegraf terser three through through2 tmp toml tough-cookie traverse ts-jest ts-node tslib tsx tsup tunnel type-fest type-is typed-emitter typeorm typescript
ua-parser-js uglify-js underscore undici uuid
valibot validator vary vite vitest vue vue-router vuex
webpack webpack-cli webpack-dev-server which winston winston-daily-rotate-file wrap-ansi ws
xlsx xml2js xmlbuilder xmldom
yaml yamljs yargs yargs-parser yarn yup zod zustand zx
aiohttp alembic anyio arrow attrs babel beautifulsoup4 black bleach boto3 botocore bottle cachetools celery certifi cffi chardet charset-normalizer click colorama coverage cryptography cython dask dateutil distlib django djangorestframework docker docutils fastapi filelock flake8 flask freezegun gevent gitpython google-api-python-client greenlet grpcio gunicorn h11 httpx httpcore huggingface-hub hypothesis idna importlib-metadata iniconfig ipython isort itsdangerous jinja2 joblib jsonschema jupyter kafka-python keras kiwisolver lxml markdown markupsafe matplotlib mccabe mock multidict mypy networkx nltk notebook numba numpy oauthlib openpyxl orjson packaging pandas paramiko passlib pathspec peewee pillow pip pipenv platformdirs pluggy poetry protobuf psutil psycopg2 psycopg pyasn1 pycparser pycryptodome pydantic pygments pyjwt pylint pymongo pymysql pyopenssl pyparsing pyserial pytest pytest-cov python-dateutil python-dotenv pytz pyyaml pyzmq rapidfuzz regex requests requests-oauthlib rich rsa s3transfer scikit-learn scipy scrapy seaborn selenium sentry-sdk setuptools simplejson six sniffio sortedcontainers soupsieve sphinx sqlalchemy starlette structlog sympy tabulate tenacity tensorflow termcolor toolz torch torchvision tornado tox tqdm traitlets transformers trio twisted typer typing-extensions tzdata tzlocal ujson urllib3 uvicorn uvloop virtualenv watchdog websocket-client websockets werkzeug wheel wrapt xlrd xmltodict yarl zipp
`
  .trim()
  .split(/\s+/);
