#include "internal.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <torch/version.h>

#include <dlfcn.h>
#include <omp.h>

#include <cstdlib>
#include <mutex>
#include <stdexcept>

using namespace anyformer;

namespace {
thread_local std::string last_error;
}

void anyformer::set_error(std::string message) { last_error = std::move(message); }

const char* anyformer_last_error() { return last_error.c_str(); }

void anyformer_free(void* memory) { std::free(memory); }

int32_t anyformer_threads() { return at::get_num_threads(); }

int anyformer_set_threads(int32_t count) {
  return guarded([&] { at::set_num_threads(count); });
}

int anyformer_use_one_thread() {
  return guarded([] {
    // Without this the thread's first parallel operator would set its number of threads anew.
    at::internal::lazy_init_num_threads();
    omp_set_num_threads(1);
  });
}

int anyformer_parallel_for(int64_t count, int64_t grain, void (*body)(int64_t begin, int64_t end, void* context), void* context) {
  return guarded([&] { at::parallel_for(0, count, grain, [=](int64_t begin, int64_t end) { body(begin, end, context); }); });
}

int anyformer_manual_seed(int64_t seed) {
  return guarded([&] { at::manual_seed(static_cast<uint64_t>(seed)); });
}

int anyformer_generator_create(int64_t seed, AnyformerGenerator* generator) {
  return guarded([&] {
    auto created = at::detail::createCPUGenerator(static_cast<uint64_t>(seed));
    *generator = reinterpret_cast<AnyformerGenerator>(created.unsafeReleaseGeneratorImpl());
  });
}

int anyformer_generator_default(int32_t device_type, int32_t device_index, AnyformerGenerator* generator) {
  return guarded([&] {
    const c10::Device device(static_cast<c10::DeviceType>(device_type), static_cast<c10::DeviceIndex>(device_index));
    auto shared = at::globalContext().defaultGenerator(device);
    *generator = reinterpret_cast<AnyformerGenerator>(shared.unsafeReleaseGeneratorImpl());
  });
}

void anyformer_generator_release(AnyformerGenerator generator) {
  if (generator) c10::intrusive_ptr<c10::GeneratorImpl>::reclaim(reinterpret_cast<c10::GeneratorImpl*>(generator));
}

int anyformer_generator_seed(AnyformerGenerator handle, int64_t seed) {
  return guarded([&] {
    auto generator = borrow(handle);
    std::lock_guard<std::mutex> lock(generator.mutex());
    generator.set_current_seed(static_cast<uint64_t>(seed));
  });
}

int anyformer_generator_state(AnyformerGenerator handle, AnyformerTensor* state) {
  return guarded([&] {
    auto generator = borrow(handle);
    std::lock_guard<std::mutex> lock(generator.mutex());
    *state = release(generator.get_state());
  });
}

int anyformer_generator_set_state(AnyformerGenerator handle, AnyformerTensor state) {
  return guarded([&] {
    auto generator = borrow(handle);
    std::lock_guard<std::mutex> lock(generator.mutex());
    generator.set_state(borrow(state));
  });
}

int anyformer_load_library(const char* path) {
  return guarded([&] {
    if (!dlopen(path, RTLD_NOW | RTLD_GLOBAL)) throw std::runtime_error(dlerror());
  });
}

const char* anyformer_image_library() { return ANYFORMER_IMAGE_LIBRARY; }

const char* anyformer_torch_version() { return TORCH_VERSION; }

int32_t anyformer_cuda_device_count() {
  int32_t count = 0;
  return guarded([&] { count = at::globalContext().hasCUDA() ? static_cast<int32_t>(at::detail::getCUDAHooks().getNumGPUs()) : 0; }) == 0
             ? count
             : 0;
}

int anyformer_build_information(char** text) {
  return guarded([&] { *text = copy_string(at::show_config()); });
}

int anyformer_parallel_information(char** text) {
  return guarded([&] { *text = copy_string(at::get_parallel_info()); });
}
