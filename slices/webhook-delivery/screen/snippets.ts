/** Receivers that verify with the public package; the secret comes from their environment. */
export const snippets = [
  {
    id: 'snippet-javascript',
    language: 'JavaScript',
    install: 'npm install standardwebhooks',
    code: `import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';

const webhook = new Webhook(process.env.DOCTRAIL_SECRET);

createServer(async (request, response) => {
  try {
    // Over the bytes as they came: parse nothing before.
    const message = webhook.verify(await text(request), request.headers);
    console.log(request.headers['webhook-id'], message.type, message.data);
    response.writeHead(204).end();
  } catch {
    response.writeHead(400).end();
  }
}).listen(process.env.PORT ?? 8080);
`,
  },
  {
    id: 'snippet-python',
    language: 'Python',
    install: 'pip install standardwebhooks',
    code: `import os
from http.server import BaseHTTPRequestHandler, HTTPServer
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

webhook = Webhook(os.environ["DOCTRAIL_SECRET"])

class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        # Over the bytes as they came: parse nothing before.
        body = self.rfile.read(int(self.headers["content-length"]))
        try:
            message = webhook.verify(body, dict(self.headers))
            print(self.headers["webhook-id"], message["type"], message["data"])
            self.send_response(204)
        except WebhookVerificationError:
            self.send_response(400)
        self.end_headers()

HTTPServer(("", int(os.environ.get("PORT", 8080))), Receiver).serve_forever()
`,
  },
] as const;
