// Stream, live. One thread at a time: a second one that enters gets RuntimeError.
#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "bindings.hpp"
#include "fascikit/analysis/sink.hpp"
#include "fascikit/core/error.hpp"
#include "fascikit/fascikit.hpp"

namespace fascikit::python {
namespace {

using namespace py::literals;

class LiveStream {
public:
    LiveStream(StreamOptions options, std::size_t capacity)
        : options_(std::move(options)),
          stream_(options_),
          sink_(capacity),
          piece_(static_cast<std::size_t>(piece * options_.channels)) {}

    py::tuple process(const py::array& block, std::optional<std::int64_t> first_sample) {
        if (block.dtype().equal(py::dtype::of<float>())) return run(view<float>(block), first_sample);
        return run(view<double>(block), first_sample);
    }
    py::tuple flush() {
        const Turn turn(busy_);
        Status status;
        sink_.clear();
        {
            const py::gil_scoped_release release;
            status = stream_.flush(sink_);
        }
        return found(status);
    }
    void reset() {
        const Turn turn(busy_);
        stream_.reset();
        next_ = 0;
    }
    [[nodiscard]] py::dict latency() const {
        const Latency latency = stream_.latency();
        return py::dict("events_s"_a = latency.events_s, "segments_s"_a = latency.segments_s,
                        "bursts_s"_a = latency.bursts_s);
    }
    [[nodiscard]] py::list sites() const {
        py::list names;
        for (const Site& site : options_.sites) names.append(site.name);
        return names;
    }
    [[nodiscard]] std::int64_t next_sample() const noexcept { return next_; }

private:
    class Turn {
    public:
        explicit Turn(std::atomic_flag& busy) : busy_(busy) {
            if (busy_.test_and_set(std::memory_order_acquire))
                throw std::runtime_error("this Stream is in use by another thread: allowed is one thread at a time");
        }
        ~Turn() { busy_.clear(std::memory_order_release); }
        Turn(const Turn&) = delete;
        Turn& operator=(const Turn&) = delete;

    private:
        std::atomic_flag& busy_;
    };

    template <class T>
    static BlockView<const T> view(const py::array& block) {
        constexpr auto size = static_cast<py::ssize_t>(sizeof(T));
        if (block.ndim() != 2 || block.strides(0) % size != 0 || block.strides(1) % size != 0)
            core::fail_option("block: allowed is channels × frames with strides of whole samples");
        return {static_cast<const T*>(block.data()), block.shape(1), block.shape(0), block.strides(1) / size,
                block.strides(0) / size};
    }

    Status feed(BlockView<const float> block, std::int64_t first) noexcept {
        return stream_.process(block, first, sink_);
    }
    /// As float32, by small pieces, which is what `analyze` reads from an array of float64.
    Status feed(BlockView<const double> block, std::int64_t first) noexcept {
        if (block.channels != options_.channels) return Status::wrong_channel_count;
        Status status = Status::ok;
        std::int64_t at = 0;
        do {
            const std::int64_t n = block.frames - at < piece ? block.frames - at : piece;
            const auto part = interleaved(piece_.data(), n, block.channels);
            for (std::int64_t f = 0; f < n; ++f)
                for (std::int64_t c = 0; c < block.channels; ++c) part(f, c) = static_cast<float>(block(at + f, c));
            const Status now = feed(BlockView<const float>(part), first + at);
            if (now == Status::wrong_channel_count || now == Status::first_sample_went_back) return now;
            if (now != Status::ok) status = now;
            at += n;
        } while (at < block.frames);
        return status;
    }

    template <class T>
    py::tuple run(BlockView<const T> block, std::optional<std::int64_t> first_sample) {
        const Turn turn(busy_);
        const std::int64_t first = first_sample.value_or(next_);
        Status status;
        sink_.clear();
        {
            const py::gil_scoped_release release;
            status = feed(block, first);
        }
        if (status == Status::wrong_channel_count)
            core::fail_option("block of " + std::to_string(block.channels) + " channels: this stream has " +
                              std::to_string(options_.channels) + "; blocks are (channels, frames)");
        if (status == Status::first_sample_went_back)
            core::fail_option("first_sample " + std::to_string(first) + ": allowed is " + std::to_string(next_) +
                              " or later; a jump forward is a gap");
        next_ = first + block.frames;
        return found(status);
    }

    py::tuple found(Status status) const {
        py::list ids;
        for (std::size_t i = 0; i < sink_.bursts().size(); ++i) {
            const auto events = sink_.events_of(i);
            ids.append(to_array(events.data(), events.size()));
        }
        return py::make_tuple(to_array(sink_.events().data(), sink_.events().size()),
                              to_array(sink_.segments().data(), sink_.segments().size()),
                              to_array(sink_.bursts().data(), sink_.bursts().size()), ids,
                              status == Status::sink_overflow);
    }

    static constexpr std::int64_t piece = 128;

    StreamOptions options_;
    Stream<float> stream_;
    FixedSink sink_;
    std::vector<float> piece_;
    std::int64_t next_ = 0;
    std::atomic_flag busy_ = ATOMIC_FLAG_INIT;
};

std::unique_ptr<LiveStream> make(double fs, int channels, const std::string& electrode,
                                 std::optional<std::pair<double, double>> band_hz, const std::string& mains,
                                 double false_per_minute, const py::list& sites, std::int64_t capacity) {
    StreamOptions options;
    options.sampling_rate_hz = fs;
    options.channels = channels;
    options.electrode = electrode_from(electrode);
    if (band_hz) options.band = {band_hz->first, band_hz->second};
    options.mains = mains_from(mains);
    options.false_per_minute = false_per_minute;
    options.sites = to_sites(sites);
    if (auto text = problem(options); !text.empty()) core::fail_option(text);
    if (capacity < 1 || capacity > (std::int64_t{1} << 24))
        core::fail_option("capacity " + std::to_string(capacity) + ": allowed is 1 to 16777216");
    return std::make_unique<LiveStream>(std::move(options), static_cast<std::size_t>(capacity));
}

}  // namespace

void bind_stream(py::module_& module) {
    py::class_<LiveStream>(module, "Stream")
        .def(py::init(&make), "fs"_a, "channels"_a, "electrode"_a, "band_hz"_a, "mains"_a, "false_per_minute"_a,
             "sites"_a, "capacity"_a)
        .def("process", &LiveStream::process, "block"_a, "first_sample"_a)
        .def("flush", &LiveStream::flush)
        .def("reset", &LiveStream::reset)
        .def("latency", &LiveStream::latency)
        .def("sites", &LiveStream::sites)
        .def_property_readonly("next_sample", &LiveStream::next_sample);
}

}  // namespace fascikit::python
