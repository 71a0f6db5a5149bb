// fk.filter: finite impulse responses, resampling, moving statistics, envelopes, energy operators,
// spatial filters on arrays, channels × frames.
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bindings.hpp"
#include "fascikit/core/error.hpp"
#include "fascikit/filter/detrend.hpp"
#include "fascikit/filter/hilbert.hpp"
#include "fascikit/filter/moving.hpp"
#include "fascikit/filter/moving_median.hpp"
#include "fascikit/filter/overlap_save.hpp"
#include "fascikit/filter/resample.hpp"
#include "fascikit/filter/savitzky_golay.hpp"
#include "fascikit/filter/spatial.hpp"
#include "fascikit/filter/teager.hpp"
#include "fascikit/filter/whitening.hpp"
#include "filter_arrays.hpp"

namespace fascikit::python {
namespace {

using namespace py::literals;
using Indices = std::vector<std::int64_t>;

template <class T>
[[nodiscard]] BlockView<const T> constant(BlockView<T> block) {
    return block;
}

filter::Edge edge_from(const std::string& name) {
    if (name == "reflect") return filter::Edge::reflect;
    if (name == "mirror") return filter::Edge::mirror;
    if (name == "nearest") return filter::Edge::nearest;
    if (name == "constant") return filter::Edge::constant;
    if (name == "wrap") return filter::Edge::wrap;
    core::fail_option("mode '" + name + "': allowed is 'reflect', 'mirror', 'nearest', 'constant', 'wrap'");
}

void fir_filter(const std::vector<double>& taps, py::array samples, std::int64_t ahead) {
    with_view(samples, [&]<class T>(BlockView<T> block) { filter::fir_filter<T>(taps, block, block, ahead); });
}

std::vector<double> resampling_taps(std::int64_t up, std::int64_t down, const std::string& window, std::optional<double> parameter) {
    return filter::resampling_taps(up, down, spectral::window_named(window, parameter));
}

/// A new array of channels × frames, and `work` with the views of both.
template <class Work>
py::array to_new_array(py::array& samples, std::int64_t channels, std::int64_t frames, const Work& work) {
    const bool single = samples.dtype().equal(py::dtype::of<float>());
    const std::vector<py::ssize_t> shape{static_cast<py::ssize_t>(channels), static_cast<py::ssize_t>(frames)};
    py::array out = single ? py::array(py::array_t<float>(shape)) : py::array(py::array_t<double>(shape));
    void* data = out.mutable_data();
    with_view(samples, [&]<class T>(BlockView<T> block) {
        work(constant(block), planar(static_cast<T*>(data), frames, channels));
    });
    return out;
}

py::array resample(py::array samples, std::int64_t up, std::int64_t down, const std::vector<double>& taps) {
    if (samples.ndim() != 2) core::fail_option("samples: allowed is channels × frames");
    const std::int64_t frames = filter::resampled_frames(samples.shape(1), up, down);
    return to_new_array(samples, samples.shape(0), frames, [&]<class T>(BlockView<const T> in, BlockView<T> out) {
        filter::resample<T>(up, down, taps, in, out);
    });
}

void savgol(py::array samples, std::int64_t window, int polyorder, int derivative, double delta, const std::string& mode) {
    const std::optional<filter::Edge> edge = mode == "interp" ? std::nullopt : std::optional(edge_from(mode));
    with_view(samples, [&]<class T>(BlockView<T> block) {
        filter::savitzky_golay<T>({window, polyorder, derivative, delta}, block, block, edge);
    });
}

void moving(const std::string& kind, py::array samples, std::int64_t window, const std::string& mode) {
    if (mode == "trailing") {
        with_view(samples, [&]<class T>(BlockView<T> block) {
            const auto channels = static_cast<int>(block.channels);
            if (kind == "average") filter::MovingAverage<T>(window, channels).process(block);
            if (kind == "rms") filter::MovingRms<T>(window, channels).process(block);
            if (kind == "median") filter::MovingMedian<T>(window, channels).process(block);
        });
        return;
    }
    const filter::Edge edge = edge_from(mode);
    with_view(samples, [&]<class T>(BlockView<T> block) {
        if (kind == "average") filter::moving_average<T>(window, block, block, edge);
        if (kind == "rms") filter::moving_rms<T>(window, block, block, edge);
        if (kind == "median") filter::moving_median<T>(window, block, block, edge);
    });
}

void hilbert(py::array samples) {
    with_view(samples, [&]<class T>(BlockView<T> block) { filter::hilbert(constant(block), block); });
}
void envelope(py::array samples) {
    with_view(samples, [&]<class T>(BlockView<T> block) { filter::envelope(constant(block), block); });
}

void detrend(py::array samples, const std::string& type, const Indices& breaks) {
    if (type != "linear" && type != "constant") core::fail_option("type '" + type + "': allowed is 'linear' or 'constant'");
    const auto trend = type == "linear" ? filter::Detrend::linear : filter::Detrend::constant;
    with_view(samples, [&]<class T>(BlockView<T> block) { filter::detrend(block, trend, breaks); });
}

void teager(py::array samples, std::int64_t k) {
    with_view(samples, [&]<class T>(BlockView<T> block) { filter::teager<T>(k, block, block); });
}
void multiresolution_teager(py::array samples, const Indices& ks) {
    with_view(samples, [&]<class T>(BlockView<T> block) { filter::multiresolution_teager<T>(ks, block, block); });
}

filter::Along along_from(const std::string& name) {
    if (name == "rows") return filter::Along::rows;
    if (name == "columns") return filter::Along::columns;
    core::fail_option("along '" + name + "': allowed is 'rows' or 'columns'");
}

void check_grid(const py::array& samples, filter::Grid grid) {
    if (samples.ndim() != 2 || samples.shape(0) != grid.rows * grid.columns)
        core::fail_option("grid of " + std::to_string(grid.rows) + " x " + std::to_string(grid.columns) + ": it does not fit " +
                          std::to_string(samples.ndim() == 2 ? samples.shape(0) : 0) + " channels");
}

py::array applied(py::array& samples, const filter::SpatialWeights& weights) {
    return to_new_array(samples, static_cast<std::int64_t>(weights.outputs.size()), samples.shape(1),
                        [&]<class T>(BlockView<const T> in, BlockView<T> out) {
                            filter::SpatialFilter<T>(weights).process(in, out);
                        });
}

py::array differential(py::array samples, std::pair<std::int64_t, std::int64_t> shape, const std::string& along, bool twice,
                       const Indices& bad) {
    const filter::Grid grid{shape.first, shape.second};
    const filter::Along direction = along_from(along);
    const auto weights = twice ? filter::double_differential(grid, direction, bad) : filter::single_differential(grid, direction, bad);
    check_grid(samples, grid);
    return applied(samples, weights);
}

py::array laplacian(py::array samples, std::pair<std::int64_t, std::int64_t> shape, const Indices& bad) {
    const filter::Grid grid{shape.first, shape.second};
    const auto weights = filter::laplacian(grid, bad);
    check_grid(samples, grid);
    return applied(samples, weights);
}

void common_reference(py::array samples, const std::string& reference, const Indices& bad) {
    if (reference != "mean" && reference != "median")
        core::fail_option("reference '" + reference + "': allowed is 'mean' or 'median'");
    const auto kind = reference == "mean" ? filter::Reference::mean : filter::Reference::median;
    with_view(samples, [&]<class T>(BlockView<T> block) { filter::CommonReference<T>(block.channels, kind, bad).process(block); });
}

py::array_t<double> channel_covariance(py::array samples, const Indices& bad) {
    std::vector<double> values;
    with_view(samples, [&]<class T>(BlockView<T> block) { values = filter::channel_covariance(constant(block), bad); });
    return py::array_t<double>(std::vector<py::ssize_t>{samples.shape(0), samples.shape(0)}, values.data());
}

py::array_t<double> whitening_matrix(const Coefficients& covariance, double regularisation, const Indices& bad) {
    if (covariance.ndim() != 2 || covariance.shape(0) != covariance.shape(1))
        core::fail_option("covariance: allowed is channels × channels");
    const py::ssize_t n = covariance.shape(0);
    const auto weights = filter::whitening({covariance.data(), static_cast<std::size_t>(n * n)}, n, regularisation, bad);
    py::array_t<double> out(std::vector<py::ssize_t>{n, n});
    auto at = out.mutable_unchecked<2>();
    for (py::ssize_t i = 0; i < n; ++i) {
        for (py::ssize_t k = 0; k < n; ++k) at(i, k) = 0;
        for (const filter::Weight& w : weights.outputs[static_cast<std::size_t>(i)]) at(i, w.channel) = w.value;
    }
    return out;
}

/// Zeros of the matrix are no weights: a bad channel's NaN does not spread.
py::array spatial(const Coefficients& matrix, py::array samples) {
    if (samples.ndim() != 2 || matrix.ndim() != 2 || matrix.shape(1) != samples.shape(0))
        core::fail_option("matrix: allowed is outputs × channels");
    filter::SpatialWeights weights{samples.shape(0), {}};
    const auto at = matrix.unchecked<2>();
    for (py::ssize_t i = 0; i < matrix.shape(0); ++i) {
        std::vector<filter::Weight> output;
        for (py::ssize_t k = 0; k < matrix.shape(1); ++k)
            if (at(i, k) != 0) output.push_back({static_cast<std::int32_t>(k), at(i, k)});
        weights.outputs.push_back(std::move(output));
    }
    return applied(samples, weights);
}

}  // namespace

void bind_filter_more(py::module_& module) {
    module.def("fir_filter", &fir_filter, "taps"_a, "samples"_a, "ahead"_a);
    module.def("resampling_taps", &resampling_taps, "up"_a, "down"_a, "window"_a, "parameter"_a);
    module.def("resample", &resample, "samples"_a, "up"_a, "down"_a, "taps"_a);
    module.def("savgol_taps", [](std::int64_t window, int polyorder, int derivative, double delta, std::int64_t position) {
        return to_array(filter::savitzky_golay_weights({window, polyorder, derivative, delta}, position));
    }, "window"_a, "polyorder"_a, "derivative"_a, "delta"_a, "position"_a);
    module.def("savgol", &savgol, "samples"_a, "window"_a, "polyorder"_a, "derivative"_a, "delta"_a, "mode"_a);
    module.def("moving", &moving, "kind"_a, "samples"_a, "window"_a, "mode"_a);
    module.def("hilbert", &hilbert, "samples"_a);
    module.def("envelope", &envelope, "samples"_a);
    module.def("detrend", &detrend, "samples"_a, "type"_a, "breaks"_a);
    module.def("teager", &teager, "samples"_a, "k"_a);
    module.def("multiresolution_teager", &multiresolution_teager, "samples"_a, "ks"_a);
    module.def("spatial_differential", &differential, "samples"_a, "grid"_a, "along"_a, "twice"_a, "bad"_a);
    module.def("laplacian", &laplacian, "samples"_a, "grid"_a, "bad"_a);
    module.def("common_reference", &common_reference, "samples"_a, "reference"_a, "bad"_a);
    module.def("channel_covariance", &channel_covariance, "samples"_a, "bad"_a);
    module.def("whitening_matrix", &whitening_matrix, "covariance"_a, "regularisation"_a, "bad"_a);
    module.def("spatial", &spatial, "matrix"_a, "samples"_a);
    bind_filter_stream(module);
}

}  // namespace fascikit::python
