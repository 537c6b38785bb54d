using System.Text.Json;
using Thaw.GuestAgent.Tests.Runtimes;
using Thaw.Protocol;

namespace Thaw.GuestAgent.Tests.Node;

/// <summary>
/// Where Node.js functions get their random numbers from, and when: asking the kernel is replaced by counting.
/// </summary>
public sealed class NodeUniquenessTests
{
    private const string Runtime = "nodejs20.x";

    /// <summary>Loads the runtime's generators once more, over a kernel whose randomness counts.</summary>
    private const string Counting =
        """
        const crypto = require('node:crypto');
        let fills = 0;
        crypto.randomFillSync = (buffer, offset) => buffer.fill(++fills, offset);
        const preload = process.env.NODE_OPTIONS.match(/--require=(\S+)/)[1];
        delete require.cache[preload];
        require(preload);
        """;

    [Fact]
    public void Kept_BeforeTheSnapshot_IsVoidAfterIt()
    {
        using LiveFunction function = new(Runtime);
        function.Start(
            Counting +
            """

            const vm = require('node:vm');
            const { registerBeforeSnapshot, registerAfterRestore } = require('snapshot-restore-js');
            const seen = [];
            const context = vm.createContext();
            const drawn = () => [Math.random(), vm.runInContext('Math.random()', context), crypto.randomInt(2 ** 40)];
            const draw = (when) => { drawn(); seen.push([when, fills]); };
            draw('init'); draw('init');
            registerBeforeSnapshot(draw, 'before');
            registerAfterRestore(draw, 'after');
            exports.handler = async () => { draw('handler'); return seen; };
            """,
            snapStart: true, file: "app.js");
        (InitDone done, string error) = function.Init();
        Assert.True(done.Ok, error);
        Restored restored = function.Clone();
        Assert.True(restored.Ok, restored.Error?.ErrorMessage);

        Assert.Equal(
            """[["init",2],["init",2],["before",2],["after",4],["handler",4]]""", function.Invoke().Body);
    }

    [Fact]
    public void Kept_InARunningWorker_IsVoidAfterTheSnapshotAndNothingIsMeanwhile()
    {
        using LiveFunction function = new(Runtime);
        File.WriteAllText(
            Path.Combine(function.TaskRoot, "worker.cjs"),
            Counting +
            """

            const { parentPort } = require('node:worker_threads');
            parentPort.on('message', () => { Math.random(); Math.random(); parentPort.postMessage(fills); });
            """);
        function.Start(
            """
            import { once } from 'node:events';
            import { Worker, getEnvironmentData } from 'node:worker_threads';
            const worker = new Worker('./worker.cjs', { execArgv: ['--no-warnings'], env: process.env });
            const ask = async () => { worker.postMessage(0); return (await once(worker, 'message'))[0]; };
            const seen = [await ask(), await ask()];
            const generation = getEnvironmentData('thaw.generation');
            const timer = setInterval(async () => {
              if (generation[0] % 2 === 1) {
                clearInterval(timer);
                seen.push(await ask());
                console.log('asked meanwhile');
              }
            });
            export const handler = async () => [...seen, await ask(), await ask()];
            """,
            snapStart: true, file: "app.mjs");
        (InitDone done, string error) = function.Init();
        Assert.True(done.Ok, error);
        function.AwaitLog("asked meanwhile");
        Assert.True(function.Clone().Ok);

        Assert.Equal("[1,1,3,4,4]", function.Invoke().Body);
    }

    [Fact]
    public void Draws_OfEverySource_AreOfTheRightKindAndNeverRepeat()
    {
        using LiveFunction function = new(Runtime);
        function.Start(
            """
            const crypto = require('node:crypto');
            const vm = require('node:vm');
            const { promisify } = require('node:util');
            // The global came after version 18, which this machine may have; guests have 20.
            const web = globalThis.crypto ?? crypto.webcrypto;
            const draw = async () => {
              const found = [];
              for (let count = 0; count < 2000; count++) {
                found.push(Math.random(), crypto.randomInt(2 ** 47), crypto.randomInt(-5, 2 ** 47), crypto.randomUUID(),
                  web.randomUUID());
              }
              for (let count = 0; count < 20; count++) {
                found.push(vm.runInNewContext('Math.random()'), new vm.Script('Math.random()').runInNewContext({}));
                found.push(await promisify(crypto.randomInt)(2 ** 47));
              }
              return found;
            };
            const refused = [() => crypto.randomInt(0), () => crypto.randomInt(5, 5), () => crypto.randomInt(2 ** 48),
              () => crypto.randomInt('1'), () => crypto.randomInt(1, 2, 3), () => crypto.randomUUID(1),
              () => crypto.randomUUID({ disableEntropyCache: 1 }), () => crypto.webcrypto.randomUUID.call({}),
              () => new Math.random(), () => vm.createContext(1)];
            exports.handler = async () => {
              const found = await draw();
              const numbers = found.filter((value) => typeof value === 'number' && value < 1);
              const small = Array.from({ length: 600 }, () => crypto.randomInt(3));
              return {
                repeats: found.length - new Set(found).size,
                mean: numbers.reduce((sum, value) => sum + value, 0) / numbers.length,
                inRange: numbers.every((value) => value >= 0 && value < 1),
                small: [0, 1, 2].map((value) => small.includes(value)),
                others: small.some((value) => !(value in [0, 1, 2])),
                refused: refused.map((call) => { try { return call(); } catch { return 'no'; } }).join(' '),
                own: vm.runInNewContext('Math.random()', { Math: { random: () => 7 } }),
                names: [Math.random.name, Math.random.length, crypto.randomUUID.name, Object.keys(Math).length],
              };
            };
            """,
            file: "app.js");
        Assert.True(function.Init().Done.Ok);

        JsonElement answer = JsonDocument.Parse(function.Invoke().Body).RootElement;

        Assert.Equal(0, answer.GetProperty("repeats").GetInt32());
        // 2,040 draws: the mean's standard deviation is 0.0064.
        Assert.InRange(answer.GetProperty("mean").GetDouble(), 0.45, 0.55);
        Assert.True(answer.GetProperty("inRange").GetBoolean());
        Assert.Equal("[true,true,true]", answer.GetProperty("small").GetRawText());
        Assert.False(answer.GetProperty("others").GetBoolean());
        Assert.Equal("no no no no no no no no no no", answer.GetProperty("refused").GetString());
        Assert.Equal(7, answer.GetProperty("own").GetInt32());
        Assert.Equal("""["random",0,"randomUUID",0]""", answer.GetProperty("names").GetRawText());
    }

    [Fact]
    public void Workers_OfEveryKind_HaveTheRuntimesGenerators()
    {
        using LiveFunction function = new(Runtime);
        function.Start(
            """
            const { once } = require('node:events');
            const { Worker, SHARE_ENV } = require('node:worker_threads');
            const script = `
              const { parentPort } = require('node:worker_threads');
              parentPort.postMessage([Math.random.toString().includes('native'), process.env.GREETING ?? null]);`;
            const kinds = [
              {}, { execArgv: [] }, { env: { GREETING: 'yo' } }, { env: SHARE_ENV }, { execArgv: [], env: {} }];
            exports.handler = async () => Promise.all(kinds.map(async (kind) =>
              (await once(new Worker(script, { eval: true, ...kind }), 'message'))[0]));
            """,
            file: "app.js");
        Assert.True(function.Init().Done.Ok);

        Assert.Equal(
            """[[false,"hi"],[false,"hi"],[false,"yo"],[false,"hi"],[false,null]]""", function.Invoke().Body);
    }
}
