// Forward passes of an exported ViT in ONNX Runtime, as a peer of `Anyformer.Benchmarks step vit...`.
//   node onnx_runtime.js <model.onnx> <batch> --spin 0|1 --threads n --seconds s
// Prints one JSON object: images a second over the measured time.
"use strict";

const runtime = require("onnxruntime-node");

const option = (name, otherwise) => {
  const at = process.argv.indexOf(name);
  return at < 0 ? otherwise : process.argv[at + 1];
};

async function main() {
  const [model, batch] = [process.argv[2], Number(process.argv[3])];
  const [threads, seconds, spin] = [Number(option("--threads", 2)), Number(option("--seconds", 5)), option("--spin", "1")];
  const session = await runtime.InferenceSession.create(model, {
    executionProviders: ["cpu"],
    graphOptimizationLevel: "all",
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    extra: { session: { intra_op: { allow_spinning: spin } } },
  });
  const numbers = Float32Array.from({ length: batch * 3 * 224 * 224 }, () => Math.random() - 0.5);
  const images = { images: new runtime.Tensor("float32", numbers, [batch, 3, 224, 224]) };
  for (let i = 0; i < 3; i++) await session.run(images);

  const now = () => Number(process.hrtime.bigint()) / 1e9;
  const start = now();
  let done = 0;
  for (; now() - start < seconds; done += batch) await session.run(images);
  const rate = done / (now() - start);
  console.log(JSON.stringify({ rate, version: `onnxruntime-node ${require("onnxruntime-node/package.json").version}` }));
}

main();
