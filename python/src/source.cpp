// Recordings: files read by blocks, and arrays read in place.
#include "source.hpp"

#include <cmath>
#include <limits>
#include <optional>
#include <string>

#include "bindings.hpp"
#include "envelope.hpp"
#include "fascikit/core/error.hpp"
#include "fascikit/core/options.hpp"
#include "fascikit/io/read.hpp"
#include "fascikit/io/sites.hpp"

namespace fascikit::python {

py::dict to_dict(const Site& site) {
    using namespace py::literals;
    return py::dict("name"_a = site.name, "channels"_a = site.channels, "rows"_a = site.rows,
                    "columns"_a = site.columns, "pitch_mm"_a = site.pitch_mm, "muscle"_a = site.muscle,
                    "side"_a = site.side);
}

py::dict to_dict(const RecordingInfo& info) {
    using namespace py::literals;
    py::list channels, skipped, sites, gaps, annotations;
    for (const ChannelInfo& c : info.channels)
        channels.append(py::dict("label"_a = c.label, "unit"_a = c.unit, "rail_low_uv"_a = c.rail_low_uv,
                                 "rail_high_uv"_a = c.rail_high_uv, "transducer"_a = c.transducer,
                                 "prefiltering"_a = c.prefiltering));
    for (const SkippedChannel& s : info.skipped) skipped.append(py::make_tuple(s.label, s.reason));
    for (const Site& s : info.sites) sites.append(to_dict(s));
    for (const Gap& g : info.gaps) gaps.append(py::make_tuple(g.first, g.count));
    for (const Annotation& a : info.annotations) annotations.append(py::make_tuple(a.onset_s, a.duration_s, a.text));
    return py::dict("path"_a = info.path, "format"_a = info.format, "fs"_a = info.sampling_rate_hz,
                    "frames"_a = info.frames, "start_time"_a = info.start_time, "channels"_a = channels,
                    "skipped"_a = skipped, "sites"_a = sites, "gaps"_a = gaps, "annotations"_a = annotations,
                    "sha256"_a = info.sha256, "warnings"_a = info.warnings);
}

std::vector<Site> to_sites(const py::list& sites) {
    std::vector<Site> out;
    for (const py::handle item : sites) {
        const auto entry = py::cast<py::dict>(item);
        Site site;
        site.name = py::cast<std::string>(entry["name"]);
        site.channels = py::cast<std::vector<int>>(entry["channels"]);
        if (entry.contains("rows")) site.rows = py::cast<int>(entry["rows"]);
        if (entry.contains("columns")) site.columns = py::cast<int>(entry["columns"]);
        if (entry.contains("pitch_mm")) site.pitch_mm = py::cast<double>(entry["pitch_mm"]);
        if (entry.contains("muscle")) site.muscle = py::cast<std::string>(entry["muscle"]);
        if (entry.contains("side")) site.side = py::cast<std::string>(entry["side"]);
        out.push_back(std::move(site));
    }
    return out;
}

namespace {

/// A Python object that any thread may let go of.
std::shared_ptr<py::object> keep(py::object object) {
    return {new py::object(std::move(object)), [](py::object* held) {
                const py::gil_scoped_acquire gil;
                delete held;
            }};
}

template <class T>
AnySource array_source(const py::array& samples, RecordingInfo info, double scale_uv) {
    StridedSamples<T> strided;
    strided.data = static_cast<const std::byte*>(samples.data());
    strided.channel_stride_bytes = samples.strides(0);
    strided.frame_stride_bytes = samples.strides(1);
    strided.scale_uv = scale_uv;
    if constexpr (std::is_integral_v<T>) {
        // The ends of the type are where its converter saturates.
        const double a = scale_uv * static_cast<double>(std::numeric_limits<T>::min());
        const double b = scale_uv * static_cast<double>(std::numeric_limits<T>::max());
        for (ChannelInfo& channel : info.channels) {
            channel.rail_low_uv = a < b ? a : b;
            channel.rail_high_uv = a < b ? b : a;
        }
    }
    return {std::move(info), [strided, alive = keep(samples)](std::int64_t first, BlockView<float> out) {
                strided.read(first, out);
            }};
}

/// `samples` is 2-D, channels × frames, of a native byte order: python/fascikit/_arrays.py sees to it.
AnySource from_array(const py::array& samples, double fs, const std::string& unit, double scale_uv,
                     const std::vector<std::string>& labels) {
    if (samples.ndim() != 2) core::fail_option("samples: allowed is channels × frames");
    if (auto text = core::problem_of_rate(fs); !text.empty()) core::fail_option(text);
    RecordingInfo info;
    info.format = "array";
    info.sampling_rate_hz = fs;
    info.frames = samples.shape(1);
    for (py::ssize_t c = 0; c < samples.shape(0); ++c) {
        ChannelInfo channel;
        const auto index = static_cast<std::size_t>(c);
        channel.label = index < labels.size() ? labels[index] : "ch" + std::to_string(c + 1);
        channel.unit = unit;
        info.channels.push_back(std::move(channel));
    }
    info.sites = one_site_per_channel(info.channels);
    const py::ssize_t size = samples.itemsize();
    switch (samples.dtype().kind()) {
        case 'f':
            if (size == 4) return array_source<float>(samples, std::move(info), scale_uv);
            if (size == 8) return array_source<double>(samples, std::move(info), scale_uv);
            break;
        case 'i':
            if (size == 1) return array_source<std::int8_t>(samples, std::move(info), scale_uv);
            if (size == 2) return array_source<std::int16_t>(samples, std::move(info), scale_uv);
            if (size == 4) return array_source<std::int32_t>(samples, std::move(info), scale_uv);
            if (size == 8) return array_source<std::int64_t>(samples, std::move(info), scale_uv);
            break;
        case 'u':
            if (size == 1) return array_source<std::uint8_t>(samples, std::move(info), scale_uv);
            if (size == 2) return array_source<std::uint16_t>(samples, std::move(info), scale_uv);
            if (size == 4) return array_source<std::uint32_t>(samples, std::move(info), scale_uv);
            if (size == 8) return array_source<std::uint64_t>(samples, std::move(info), scale_uv);
            break;
        default: break;
    }
    core::fail_option("samples of type " + py::cast<std::string>(py::str(samples.dtype())) +
                      ": allowed is float32, float64 and integers");
}

AnySource open(const std::string& path, const std::vector<std::string>& channels, const std::string& unit,
               std::optional<double> fs) {
    io::ReadOptions options;
    options.channels = channels;
    options.unit = unit;
    if (fs) options.fs = *fs;
    const py::gil_scoped_release release;
    auto file = std::make_shared<const io::File>(io::read(path, options));
    RecordingInfo info = file->info();
    return {std::move(info), [file](std::int64_t first, BlockView<float> out) { file->read(first, out); },
            [file] { return file->sha256(); }};
}

py::array_t<float> read_block(const AnySource& source, std::int64_t first, std::int64_t count) {
    const RecordingInfo& info = source.info();
    if (first < 0 || count < 0 || first > info.frames || count > info.frames - first)
        core::fail_option("frames " + std::to_string(first) + " to " + std::to_string(first + count) +
                          ": allowed is 0 to " + std::to_string(info.frames));
    const auto channels = static_cast<std::int64_t>(info.channels.size());
    py::array_t<float> out({static_cast<py::ssize_t>(channels), static_cast<py::ssize_t>(count)});
    float* const data = out.mutable_data();
    const py::gil_scoped_release release;
    // By blocks: a reader may need scratch as large as what it is asked for.
    constexpr std::int64_t step = 1 << 16;
    for (std::int64_t at = 0; at < count; at += step) {
        const std::int64_t n = at + step < count ? step : count - at;
        source.read(first + at, planar(data + at, n, channels, count));
    }
    return out;
}

AnySource with_sites(const AnySource& source, const py::list& sites) {
    StreamOptions check;
    check.sampling_rate_hz = source.info().sampling_rate_hz;
    check.channels = static_cast<int>(source.info().channels.size());
    check.sites = to_sites(sites);
    if (auto text = problem(check); !text.empty()) core::fail_option(text);
    return source.with_sites(std::move(check.sites));
}

}  // namespace

void bind_source(py::module_& module) {
    using namespace py::literals;
    py::class_<AnySource>(module, "Source")
        .def("info", [](const AnySource& source) { return to_dict(source.info()); })
        .def("read", &read_block, "first"_a, "count"_a)
        .def("with_sites", &with_sites, "sites"_a)
        .def(
            "with_sites_file",
            [](const AnySource& source, const std::string& path) {
                return source.with_sites(io::read_sites(path, source.info()));
            },
            "path"_a)
        .def(
            "with_grid",
            [](const AnySource& source, int rows, int columns, double pitch_mm) {
                return source.with_sites(io::grid_sites(source.info(), rows, columns, pitch_mm));
            },
            "rows"_a, "columns"_a, "pitch_mm"_a)
        .def(
            "envelope",
            [](const AnySource& source, int channel, std::int64_t first, std::int64_t count, std::int64_t bins,
               double low_hz, double high_hz) {
                py::array_t<float> low(bins), high(bins);
                float* const low_data = low.mutable_data();
                float* const high_data = high.mutable_data();
                {
                    const py::gil_scoped_release release;
                    envelope(source, {channel, first, count, bins, low_hz, high_hz}, low_data, high_data);
                }
                return py::make_tuple(low, high);
            },
            "channel"_a, "first"_a, "count"_a, "bins"_a, "low_hz"_a, "high_hz"_a);
    module.def("open", &open, "path"_a, "channels"_a, "unit"_a, "fs"_a);
    module.def("from_array", &from_array, "samples"_a, "fs"_a, "unit"_a, "scale_uv"_a, "labels"_a);
}

}  // namespace fascikit::python
