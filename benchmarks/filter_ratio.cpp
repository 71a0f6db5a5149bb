// C functions around the filters, for filter_ratio.py.
#include <cstdint>

#include "fascikit/core/denormals.hpp"
#include "fascikit/filter/butterworth.hpp"
#include "fascikit/filter/cascade.hpp"
#include "fascikit/filter/zero_phase.hpp"

using namespace fascikit;

namespace {

template <class T>
BlockView<T> view_of(T* data, std::int64_t frames, std::int64_t channels, int planes) {
    return planes ? planar(data, frames, channels) : interleaved(data, frames, channels);
}

// The whole array in chunks of `chunk` frames, one after the other.
template <class T>
void run(T* data, std::int64_t frames, std::int64_t channels, int planes, std::int64_t chunk) {
    const core::FlushDenormals guard;
    filter::Cascade<T> cascade(filter::butterworth_bandpass(4, 20, 500, 2048), static_cast<int>(channels));
    const auto view = view_of(data, frames, channels, planes);
    for (std::int64_t at = 0; at < frames; at += chunk) cascade.process(view.rows(at, std::min(chunk, frames - at)));
}

template <class T>
void both_ways(T* data, std::int64_t frames, std::int64_t channels, int planes) {
    const core::FlushDenormals guard;
    filter::sosfiltfilt(filter::butterworth_bandpass(4, 20, 500, 2048), view_of(data, frames, channels, planes));
}

}  // namespace

extern "C" {
const char* cpu_path() { return kernels::cpu_path(); }
void cascade_f32(float* data, std::int64_t frames, std::int64_t channels, int planes, std::int64_t chunk) {
    run(data, frames, channels, planes, chunk);
}
void cascade_f64(double* data, std::int64_t frames, std::int64_t channels, int planes, std::int64_t chunk) {
    run(data, frames, channels, planes, chunk);
}
void filtfilt_f32(float* data, std::int64_t frames, std::int64_t channels, int planes) {
    both_ways(data, frames, channels, planes);
}
void filtfilt_f64(double* data, std::int64_t frames, std::int64_t channels, int planes) {
    both_ways(data, frames, channels, planes);
}
}
