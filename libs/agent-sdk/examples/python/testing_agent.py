#!/usr/bin/env python3
"""A whole TESTING agent in one page: joins, reports, takes tasks, runs a project's tests. Needs pika and git.

YMERA_GATEWAY_URL   the gateway, e.g. http://127.0.0.1:8000
YMERA_ENROLMENT     a one-use enrolment token of kind "agent" (npm run ymera -- agents enrolment --kind agent)
YMERA_AGENT_ID      its name, default python-tester
"""
import json, os, re, subprocess, tempfile, threading, time, urllib.parse, urllib.request
import pika

GATEWAY = os.environ["YMERA_GATEWAY_URL"]
AGENT = os.environ.get("YMERA_AGENT_ID", "python-tester")


def register(token):
    body = {"agent_id": AGENT, "agent_type": "TESTING", "capabilities": ["any-command"], "config": {}}
    request = urllib.request.Request(GATEWAY + "/api/v1/agents/register", json.dumps(body).encode(),
                                     {"authorization": "Bearer " + token, "content-type": "application/json"})
    return json.load(urllib.request.urlopen(request, timeout=10))["principal"]  # the credential is shown this once


def run_tests(task, credential):
    change, command = task["input"].get("change"), task["project"]["commands"]["test"]
    with tempfile.TemporaryDirectory() as folder:
        url = urllib.parse.urlsplit(task["workspace_url"])
        remote = url._replace(netloc=f"{AGENT}:{credential}@{url.netloc}").geturl()
        git = lambda *words: subprocess.run(["git", "-C", folder, *words], check=True, capture_output=True, text=True).stdout.strip()
        git("init", "--quiet")
        git("fetch", "--quiet", "--depth=1", remote, change["commit"] if change else task["base"])
        git("checkout", "--quiet", "FETCH_HEAD")
        started = time.time()
        done = subprocess.run(command, shell=True, cwd=folder, capture_output=True, text=True, timeout=300)
        count = lambda word: sum(map(int, re.findall(rf"^(?:#|ℹ) {word} (\d+)$", done.stdout, re.M)))
        took = (time.time() - started) * 1000
        return {"tree": git("rev-parse", "HEAD^{tree}"), "command": command, "exit_code": done.returncode, "duration_ms": took,
                "total": count("tests"), "passed": count("pass"), "failed": count("fail"), "skipped": count("skipped")}


def main():
    principal = register(os.environ["YMERA_ENROLMENT"])
    credential, broker = principal["credential"], principal["broker"]
    address = urllib.parse.urlsplit(broker["url"])
    connection = pika.BlockingConnection(pika.ConnectionParameters(
        address.hostname, address.port or 5672, broker["vhost"], pika.PlainCredentials(AGENT, credential), heartbeat=60))
    channel, session = connection.channel(), {}

    def publish(kind, name, body):
        key = f"{kind}.{session.get('partition', 'hello')}.{AGENT}"
        channel.basic_publish("agents.in", key, json.dumps(body), pika.BasicProperties(
            user_id=AGENT, type=name, content_type="application/json", delivery_mode=2))

    def report():
        session["seq"] += 1
        publish("report", "report", {
            "agent_id": AGENT, "session": session["session"], "seq": session["seq"],
            "sent_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "tasks": [], "issues": [], "security_events": [],
            "metrics": {"cpu_percent": os.getloadavg()[0], "memory_mb": 20}})
        connection.call_later(session["interval_s"], report)

    def work(task, held, answer):  # in a thread, so that the connection goes on; only its own thread may publish
        try:
            answer.update(outcome="completed", tests=run_tests(task, credential))
        except Exception as error:
            answer.update(outcome="failed", error={"code": "agent_failed", "message": str(error)[:500], "retryable": True})
        connection.add_callback_threadsafe(lambda: publish("result", "result", {**held, "artefacts": [], **answer}))

    def keep_lease(task, held, answer):
        if not answer:
            publish("result", "progress", {**held, "progress": 0.5, "step": "running tests", "counter": 1})
            connection.call_later(task["heartbeat_s"], lambda: keep_lease(task, held, answer))

    def receive(_channel, method, properties, body):
        channel.basic_ack(method.delivery_tag)  # at once: the task's truth is in the orchestrator
        message = json.loads(body)
        if properties.type == "welcome":
            session.update(message, seq=0)
            report()
        elif properties.type == "task":
            held, answer = {key: message[key] for key in ("agent_id", "task_id", "attempt", "fencing_token")}, {}
            publish("result", "task_accepted", held)
            threading.Thread(target=work, args=(message, held, answer), daemon=True).start()
            keep_lease(message, held, answer)

    channel.basic_consume(broker["queue"], receive)
    publish("event", "hello", {"protocol": 1, "agent_ids": [AGENT]})
    print(AGENT, "is online", flush=True)
    channel.start_consuming()


if __name__ == "__main__":
    main()
