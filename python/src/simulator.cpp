// fascikit.simulator: the parts of a simulation, for scenes of one's own.
//
// The GIL is released around everything that may last. A Scene and a Conductor hold a
// lock, so that two threads that use one wait for each other.
#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "bindings.hpp"
#include "simulator_options.hpp"

namespace fascikit::python {
namespace {

using namespace py::literals;
using Numbers = py::array_t<double, py::array::c_style | py::array::forcecast>;
using OptionalPart = std::optional<std::pair<double, double>>;

[[nodiscard]] py::array_t<double> numbers(std::span<const double> values) {
    return py::array_t<double>(static_cast<py::ssize_t>(values.size()), values.data());
}

// ---- firing patterns

struct Fired {
    std::vector<sim::Train> units;
    std::vector<std::int32_t> group;
    bool grouped = false;
    double onset_s = 0;
    double end_s = 0;

    Fired() = default;
    explicit Fired(sim::Train train) { units.push_back(std::move(train)); }
    explicit Fired(sim::GroupedTrain all) : group(std::move(all.group)), grouped(true) { units.push_back(std::move(all.train)); }
    explicit Fired(sim::PoolFiring all) : units(std::move(all.units)), onset_s(all.onset_s), end_s(all.end_s) {}
};

/// Calls `visit(options, run)` for the pattern of that name; `run(random, options, begin_s, end_s)`.
template <class Visit>
bool visit_patterns(Visit visit) {
    using sim::Random;
    return visit(sim::FasciculationOptions{}, [](Random& r, const auto& o, double a, double b) { return sim::fasciculations(r, o, a, b); }) ||
           visit(sim::MultipletOptions{}, [](Random& r, const auto& o, double a, double b) { return sim::multiplets(r, o, a, b); }) ||
           visit(sim::FWaveOptions{}, [](Random& r, const auto& o, double a, double b) { return sim::f_wave_pairs(r, o, a, b); }) ||
           visit(sim::MyokymiaOptions{}, [](Random& r, const auto& o, double a, double b) { return sim::myokymia(r, o, a, b); }) ||
           visit(sim::NeuromyotoniaOptions{}, [](Random& r, const auto& o, double a, double b) { return sim::neuromyotonia(r, o, a, b); }) ||
           visit(sim::ContinuousSingleOptions{}, [](Random& r, const auto& o, double a, double b) { return sim::continuous_single(r, o, a, b); }) ||
           visit(sim::TonicOptions{}, [](Random& r, const auto& o, double a, double b) { return sim::tonic(r, o, a, b); }) ||
           visit(sim::FibrillationOptions{}, [](Random& r, const auto& o, double a, double b) { return sim::fibrillation(r, o, a, b); }) ||
           visit(sim::EndplateSpikeOptions{}, [](Random& r, const auto& o, double a, double b) { return sim::endplate_spikes(r, o, a, b); }) ||
           visit(sim::EndplateNoiseOptions{}, [](Random& r, const auto& o, double a, double b) { return sim::endplate_noise(r, o, a, b); }) ||
           visit(sim::MyotoniaOptions{}, [](Random& r, const auto& o, double a, double b) { return sim::myotonia(r, o, a, b); }) ||
           visit(sim::ComplexRepetitiveOptions{}, [](Random& r, const auto& o, double a, double b) { return sim::complex_repetitive(r, o, a, b); }) ||
           visit(sim::CrampOptions{}, [](Random& r, const auto& o, double a, double b) { return sim::cramp(r, o, a, b); }) ||
           visit(sim::TremorOptions{}, [](Random& r, const auto& o, double a, double b) { return sim::tremor(r, o, a, b); }) ||
           // Effort in place of begin and end: see fire_voluntary.
           visit(sim::VoluntaryOptions{}, [](Random&, const auto&, double, double) { return sim::PoolFiring{}; });
}

template <class O>
inline constexpr bool ends_by_itself =
    std::is_same_v<O, sim::FibrillationOptions> || std::is_same_v<O, sim::NeuromyotoniaOptions> ||
    std::is_same_v<O, sim::MyotoniaOptions> || std::is_same_v<O, sim::ComplexRepetitiveOptions>;

/// From the published ranges; `kind` is the one of patterns that come in several, else none.
template <class O>
[[nodiscard]] O drawn(sim::Random& random, sim::Part part, const py::object& kind) {
    const std::string what = std::string("kind of ") + Options<O>::name;
    if (kind.is_none()) return O::drawn(random, part);
    if constexpr (std::is_same_v<O, sim::FWaveOptions>) {
        return O::drawn(random, part, choice_of<sim::FWaveSite>(what, kind));
    } else if constexpr (std::is_same_v<O, sim::TremorOptions>) {
        return O::drawn(random, part, choice_of<sim::TremorKind>(what, kind));
    } else if constexpr (std::is_same_v<O, sim::FasciculationOptions>) {
        if (py::isinstance<py::str>(kind) && py::cast<std::string>(kind) == "benign_unit") return O::benign_unit(random, part);
        detail::refuse(what, kind, "'benign_unit' or None");
    } else {
        detail::refuse(what, kind, "None");
    }
}

[[nodiscard]] sim::Part part_of(const OptionalPart& part) { return part ? sim::Part{part->first, part->second} : sim::Part{}; }

[[noreturn]] void refuse_pattern(const std::string& pattern) {
    std::string names;
    (void)visit_patterns([&](const auto& options, const auto&) {
        names += (names.empty() ? "" : ", ") + std::string(Options<std::decay_t<decltype(options)>>::name);
        return false;
    });
    core::fail_option("pattern '" + pattern + "': allowed is " + names);
}

[[nodiscard]] py::dict drawn_options(const std::string& pattern, std::uint64_t seed, std::uint64_t stream,
                                     const OptionalPart& part, const py::object& kind) {
    py::dict out;
    if (!visit_patterns([&](auto options, const auto&) {
            using O = decltype(options);
            if (pattern != Options<O>::name) return false;
            sim::Random random(seed, stream);
            out = to_dict_of(drawn<O>(random, part_of(part), kind));
            return true;
        }))
        refuse_pattern(pattern);
    return out;
}

[[nodiscard]] py::tuple to_tuple(const Fired& fired) {
    py::list units;
    for (const sim::Train& train : fired.units) {
        py::array_t<double> time_s(static_cast<py::ssize_t>(train.size())), gain(static_cast<py::ssize_t>(train.size()));
        for (std::size_t i = 0; i < train.size(); ++i) {
            time_s.mutable_data()[i] = train[i].time_s;
            gain.mutable_data()[i] = train[i].gain;
        }
        units.append(py::make_tuple(time_s, gain));
    }
    py::object group = py::none();
    if (fired.grouped) group = to_array(fired.group);
    return py::make_tuple(units, group, fired.onset_s, fired.end_s);
}

[[nodiscard]] py::tuple fire(const std::string& pattern, std::uint64_t seed, std::uint64_t stream, double begin_s, double end_s,
                             bool draw, const OptionalPart& part, const py::object& kind, std::optional<double> pause_s,
                             double least_pause_s, const py::dict& given) {
    Fired fired;
    if (!visit_patterns([&](auto options, const auto& run) {
            using O = decltype(options);
            if (pattern != Options<O>::name) return false;
            if constexpr (std::is_same_v<O, sim::VoluntaryOptions>)
                core::fail_option("voluntary follows an effort: give it in place of begin_s and end_s");
            sim::Random random(seed, stream);
            if (draw) options = drawn<O>(random, part_of(part), kind);
            apply(pattern, given, options);
            if (pause_s && !ends_by_itself<O>)
                core::fail_option("pause_s of " + pattern + ": allowed is for complex_repetitive, fibrillation, myotonia, neuromyotonia");
            const py::gil_scoped_release release;
            if constexpr (ends_by_itself<O>) {
                if (pause_s) {
                    fired = Fired(sim::in_runs(random, *pause_s, least_pause_s, begin_s, end_s,
                                               [&](double from_s, double to_s) { return run(random, options, from_s, to_s); }));
                    return true;
                }
            }
            fired = Fired(run(random, options, begin_s, end_s));
            return true;
        }))
        refuse_pattern(pattern);
    return to_tuple(fired);
}

[[nodiscard]] py::tuple fire_voluntary(std::uint64_t seed, std::uint64_t stream, const Numbers& effort, bool draw,
                                       const OptionalPart& part, const py::dict& given) {
    sim::Random random(seed, stream);
    sim::VoluntaryOptions options;
    if (draw) options = sim::VoluntaryOptions::drawn(random, part_of(part));
    apply("voluntary", given, options);
    if (effort.ndim() != 2 || effort.shape(1) != 2) core::fail_option("effort: allowed are pairs of a time in seconds and a share of the maximum");
    std::vector<sim::EffortPoint> points;
    for (py::ssize_t i = 0; i < effort.shape(0); ++i) points.push_back({effort.at(i, 0), effort.at(i, 1)});
    const Fired fired = [&] {
        const py::gil_scoped_release release;
        return Fired(sim::voluntary(random, options, points));
    }();
    return to_tuple(fired);
}

// ---- potentials

struct Potential {
    sim::UnitPotential whole;
    std::vector<sim::UnitPotential> parts;
    double sampling_rate_hz = 0;
    Electrode electrode = Electrode::surface;

    [[nodiscard]] Band band() const noexcept { return resolved({}, electrode, sampling_rate_hz); }
    [[nodiscard]] Potential scaled(double amplitude_uv) const {
        Potential out = *this;
        sim::scale_to(out.whole, amplitude_uv);
        const double factor = whole.amplitude_uv > 0 ? amplitude_uv / whole.amplitude_uv : 1.0;
        for (sim::UnitPotential& part : out.parts) {
            for (double& v : part.fine) v *= factor;
            part.amplitude_uv *= factor;
        }
        return out;
    }
};

[[nodiscard]] py::array_t<double> samples_of(const sim::UnitPotential& p) {
    py::array_t<double> out({static_cast<py::ssize_t>(p.channels), static_cast<py::ssize_t>(p.steps)});
    std::copy(p.fine.begin(), p.fine.end(), out.mutable_data());
    return out;
}

[[nodiscard]] sim::UnitPotential potential_of(const Numbers& samples, double sampling_rate_hz, Electrode electrode) {
    if (samples.ndim() != 2 || samples.shape(0) < 1 || samples.shape(1) < 1)
        core::fail_option("samples of a potential: allowed is channels x steps, at least one of each");
    sim::UnitPotential p;
    p.channels = static_cast<std::size_t>(samples.shape(0));
    p.steps = static_cast<std::size_t>(samples.shape(1));
    p.fine.assign(samples.data(), samples.data() + samples.size());
    for (std::size_t i = 0; i < p.fine.size(); ++i)
        if (!core::is_finite(p.fine[i]))
            core::fail_option("samples of a potential: channel " + std::to_string(i / p.steps) + " step " + std::to_string(i % p.steps) +
                              " is not finite");
    if (const std::string text = core::problem_of_rate(sampling_rate_hz); !text.empty()) core::fail_option(text);
    sim::detail::measure(p, resolved({}, electrode, sampling_rate_hz), sampling_rate_hz);
    return p;
}

constexpr std::size_t fibre_columns = std::tuple_size_v<decltype(Options<sim::Fibre>::fields)>;

[[nodiscard]] std::vector<sim::Fibre> fibres_of(const Numbers& table) {
    if (table.ndim() != 2 || table.shape(1) != static_cast<py::ssize_t>(fibre_columns))
        core::fail_option("fibres: allowed is a table of " + std::to_string(fibre_columns) + " columns");
    std::vector<sim::Fibre> fibres(static_cast<std::size_t>(table.shape(0)));
    for (std::size_t i = 0; i < fibres.size(); ++i) {
        py::ssize_t column = 0;
        std::apply([&](const auto&... field) { ((fibres[i].*(field.second) = table.at(i, column++)), ...); }, Options<sim::Fibre>::fields);
    }
    return fibres;
}

[[nodiscard]] py::array_t<double> table_of(std::span<const sim::Fibre> fibres) {
    py::array_t<double> table({static_cast<py::ssize_t>(fibres.size()), static_cast<py::ssize_t>(fibre_columns)});
    double* at = table.mutable_data();
    for (const sim::Fibre& fibre : fibres)
        std::apply([&](const auto&... field) { ((*at++ = fibre.*(field.second)), ...); }, Options<sim::Fibre>::fields);
    return table;
}

[[nodiscard]] sim::Montage montage_of(const std::vector<std::vector<std::tuple<double, double, double>>>& channels) {
    sim::Montage montage;
    for (const auto& contacts : channels) {
        sim::Channel channel;
        for (const auto& [x_mm, z_mm, weight] : contacts) channel.contacts.push_back({x_mm, z_mm, weight});
        montage.channels.push_back(std::move(channel));
    }
    return montage;
}
[[nodiscard]] py::tuple to_tuple(const sim::Montage& montage) {
    py::list channels;
    for (const sim::Channel& channel : montage.channels) {
        py::list contacts;
        for (const sim::Contact& c : channel.contacts) contacts.append(py::make_tuple(c.x_mm, c.z_mm, c.weight));
        channels.append(py::tuple(contacts));
    }
    return py::make_tuple(py::tuple(channels), montage.rows, montage.columns, montage.pitch_mm);
}

[[nodiscard]] sim::Needle needle_of(const py::dict& given) {
    sim::Needle needle;
    apply("needle", given, needle);
    return needle;
}

struct Conductor {
    sim::SkinConductor conductor;
    std::mutex mutex;

    Conductor(const sim::Tissue& tissue, double electrode_diameter_mm) : conductor(tissue, electrode_diameter_mm) {}
};

[[nodiscard]] Potential surface_potential(const Numbers& table, Conductor& skin,
                                          const std::vector<std::vector<std::tuple<double, double, double>>>& channels,
                                          double sampling_rate_hz, int parts) {
    const auto fibres = fibres_of(table);
    const sim::Montage montage = montage_of(channels);
    Potential p{{}, {}, sampling_rate_hz, Electrode::surface};
    const py::gil_scoped_release release;
    const std::lock_guard lock(skin.mutex);
    p.whole = sim::surface_potential(fibres, skin.conductor, montage, p.band(), sampling_rate_hz);
    if (parts != 1) p.parts = sim::parts_of(fibres, parts, skin.conductor, montage, p.band(), sampling_rate_hz);
    return p;
}

[[nodiscard]] Potential needle_potential(const Numbers& table, const py::dict& where, double sampling_rate_hz, int parts,
                                         const py::dict& inside) {
    const auto fibres = fibres_of(table);
    const sim::Needle needle = needle_of(where);
    sim::IntracellularPotential shape;
    apply("needle_potential", inside, shape);
    Potential p{{}, {}, sampling_rate_hz, Electrode::needle};
    const py::gil_scoped_release release;
    p.whole = sim::needle_potential(fibres, needle, p.band(), sampling_rate_hz, shape);
    if (parts != 1) p.parts = sim::parts_of(fibres, parts, needle, p.band(), sampling_rate_hz, shape);
    return p;
}

[[nodiscard]] Potential single_fibre(const std::string& kind, const py::dict& where, double distance_mm, double sampling_rate_hz,
                                     const py::dict& given) {
    const sim::Needle needle = needle_of(where);
    sim::SingleFibre single = kind == "fibrillating_fibre" ? sim::fibrillating_fibre(needle, distance_mm)
                              : kind == "injured_fibre"    ? sim::injured_fibre(needle, distance_mm)
                                                           : sim::endplate_fibre(needle, distance_mm);
    apply(kind, given, single.fibre, single.shape);
    Potential p{{}, {}, sampling_rate_hz, Electrode::needle};
    const py::gil_scoped_release release;
    p.whole = sim::needle_potential(std::span(&single.fibre, 1), needle, p.band(), sampling_rate_hz, single.shape);
    return p;
}

[[nodiscard]] Potential endplate_potential(const py::dict& where, double distance_mm, double sampling_rate_hz, const py::dict& given) {
    const sim::Needle needle = needle_of(where);
    sim::EndplateCurrent current;
    apply("endplate_potential", given, current);
    Potential p{{}, {}, sampling_rate_hz, Electrode::needle};
    const py::gil_scoped_release release;
    p.whole = sim::endplate_potential(needle, distance_mm, p.band(), sampling_rate_hz, current);
    return p;
}

void bind_potentials(py::module_& module) {
    py::class_<Potential>(module, "Potential")
        .def(py::init([](const Numbers& samples, double fs, const std::string& electrode) {
                 const Electrode kind = electrode_from(electrode);
                 return Potential{potential_of(samples, fs, kind), {}, fs, kind};
             }),
             "samples"_a, "fs"_a, "electrode"_a)
        .def("samples", [](const Potential& p) { return samples_of(p.whole); })
        .def("parts",
             [](const Potential& p) {
                 py::list list;
                 for (const sim::UnitPotential& part : p.parts) list.append(py::cast(Potential{part, {}, p.sampling_rate_hz, p.electrode}));
                 return list;
             })
        .def("scaled", &Potential::scaled, "amplitude_uv"_a)
        .def_readonly("fs", &Potential::sampling_rate_hz)
        .def_property_readonly("electrode", [](const Potential& p) { return std::string(to_string(p.electrode)); })
        .def_property_readonly("band_hz", [](const Potential& p) { return std::pair{p.band().low_hz, p.band().high_hz}; })
        .def_property_readonly("amplitude_uv", [](const Potential& p) { return p.whole.amplitude_uv; })
        .def_property_readonly("peak_ms", [](const Potential& p) { return 1e3 * p.whole.peak_in_samples / p.sampling_rate_hz; })
        .def_property_readonly("largest", [](const Potential& p) { return p.whole.largest; })
        .def(py::pickle(
            [](const Potential& p) {
                const auto one = [](const sim::UnitPotential& u) {
                    return py::make_tuple(samples_of(u), u.largest, u.peak_in_samples, u.amplitude_uv);
                };
                py::list parts;
                for (const sim::UnitPotential& part : p.parts) parts.append(one(part));
                return py::make_tuple(one(p.whole), parts, p.sampling_rate_hz, std::string(to_string(p.electrode)));
            },
            [](const py::tuple& state) {
                const auto one = [](const py::handle& item) {
                    const auto all = py::cast<py::tuple>(item);
                    const auto samples = py::cast<Numbers>(all[0]);
                    sim::UnitPotential u;
                    u.channels = static_cast<std::size_t>(samples.shape(0));
                    u.steps = static_cast<std::size_t>(samples.shape(1));
                    u.fine.assign(samples.data(), samples.data() + samples.size());
                    u.largest = py::cast<std::size_t>(all[1]);
                    u.peak_in_samples = py::cast<double>(all[2]);
                    u.amplitude_uv = py::cast<double>(all[3]);
                    return u;
                };
                Potential p{one(state[0]), {}, py::cast<double>(state[2]), electrode_from(py::cast<std::string>(state[3]))};
                for (const py::handle part : py::cast<py::list>(state[1])) p.parts.push_back(one(part));
                return p;
            }));
    py::class_<Conductor>(module, "Conductor").def(py::init([](const py::dict& given, double electrode_diameter_mm) {
        sim::Tissue tissue;
        apply("tissue", given, tissue);
        const py::gil_scoped_release release;
        return std::make_unique<Conductor>(tissue, electrode_diameter_mm);
    }), "tissue"_a, "electrode_diameter_mm"_a);
    module.def("motor_unit", [](std::uint64_t seed, std::uint64_t stream, const py::dict& given) {
        sim::MotorUnitOptions options;
        apply("motor_unit", given, options);
        sim::Random random(seed, stream);
        return table_of(sim::motor_unit(random, options));
    }, "seed"_a, "stream"_a, "options"_a);
    module.def("surface_potential", &surface_potential, "fibres"_a, "conductor"_a, "channels"_a, "fs"_a, "parts"_a);
    module.def("needle_potential", &needle_potential, "fibres"_a, "needle"_a, "fs"_a, "parts"_a, "options"_a);
    module.def("single_fibre", &single_fibre, "kind"_a, "needle"_a, "distance_mm"_a, "fs"_a, "options"_a);
    module.def("endplate_potential", &endplate_potential, "needle"_a, "distance_mm"_a, "fs"_a, "options"_a);
    module.def("differential", [](double x_mm, double z_mm, double distance_mm, int channels, bool twice) {
        return to_tuple(twice ? sim::double_differential(x_mm, z_mm, distance_mm, channels)
                              : sim::single_differential(x_mm, z_mm, distance_mm, channels));
    }, "x_mm"_a, "z_mm"_a, "distance_mm"_a, "channels"_a, "twice"_a);
    module.def("grid", [](int rows, int columns, double pitch_mm, double x_mm, double z_mm, double turn_deg) {
        return to_tuple(sim::grid(rows, columns, pitch_mm, x_mm, z_mm, turn_deg));
    }, "rows"_a, "columns"_a, "pitch_mm"_a, "x_mm"_a, "z_mm"_a, "turn_deg"_a);
    module.def("size_of", [](int unit, int units, double ratio) { return sim::size_of(unit, units, ratio); }, "unit"_a, "units"_a, "ratio"_a);
}

// ---- scenes

/// What draws random numbers in a scene; each kind, and each call of it, has a stream of its own.
enum class Draws : std::uint64_t { hum = 1, hum_phase, drift, ecg, movement, contact, instability };

class SceneBuilder {
public:
    SceneBuilder(sim::SceneOptions options, std::uint64_t seed) : scene_(std::move(options), seed) {}

    [[nodiscard]] static std::unique_ptr<SceneBuilder> make(const py::list& sites, double fs, double duration_s, std::uint64_t seed,
                                                            const std::string& electrode) {
        sim::SceneOptions options;
        options.electrode = electrode_from(electrode);
        options.sampling_rate_hz = fs;
        options.duration_s = duration_s;
        double channels = 0;
        for (const py::handle item : sites) {
            auto [name, count, rows, columns, pitch_mm] = py::cast<std::tuple<std::string, int, int, int, double>>(item);
            channels += std::max(count, 0);
            options.sites.push_back({std::move(name), count, rows, columns, pitch_mm});
        }
        // 2^31 samples are 16 GiB while the scene is built: beyond that a slip of units.
        if (channels * fs * duration_s > 2147483648.0)
            core::fail_option("a scene of " + core::number(channels) + " channels x " + core::number(duration_s) + " s at " +
                              core::number(fs) + " Hz: allowed are 2147483648 samples in all");
        const py::gil_scoped_release release;
        return std::make_unique<SceneBuilder>(std::move(options), seed);
    }

    [[nodiscard]] double noise_uv(std::size_t site, double time_s) { return adding([&] { return scene_.noise_uv(site, time_s); }, true); }
    void noise(std::size_t site, const py::dict& given) {
        sim::NoiseOptions options;
        apply("noise", given, options);
        adding([&] {
            background_comes(site);
            scene_.noise(site, options);
            grounded_.insert(site);
        });
    }
    void background(std::size_t site, const Numbers& recorded) {
        const std::span<const double> samples(recorded.data(), static_cast<std::size_t>(recorded.size()));
        adding([&] {
            background_comes(site);
            scene_.background(site, samples);
            grounded_.insert(site);
        });
    }
    /// The unit's number, none where the truth does not name it.
    [[nodiscard]] std::optional<int> discharges(std::size_t site, const Potential& p, const Numbers& time_s, const Numbers& gain,
                                                const std::optional<std::string>& label, std::optional<int> unit, double jitter_ms,
                                                double blocking) {
        if (time_s.size() != gain.size()) core::fail_option("a train has as many gains as times");
        const bool named = label.has_value();
        const Label name = named ? label_of(*label) : Label::indeterminate;
        const std::span<const double> times(time_s.data(), static_cast<std::size_t>(time_s.size()));
        const std::span<const double> gains(gain.data(), times.size());
        return adding([&]() -> std::optional<int> {
            if (p.sampling_rate_hz != scene_.sampling_rate_hz() || p.electrode != scene_.electrode())
                core::fail_option("the potential was made for a " + std::string(to_string(p.electrode)) + " electrode at " +
                                  core::number(p.sampling_rate_hz) + " Hz: allowed is what the scene has, " +
                                  std::string(to_string(scene_.electrode())) + " at " + core::number(scene_.sampling_rate_hz()) + " Hz");
            if (p.whole.channels != scene_.channels(site))
                core::fail_option("the potential has " + std::to_string(p.whole.channels) + " channels: allowed is as many as the site, " +
                                  std::to_string(scene_.channels(site)));
            for (std::size_t i = 0; i < times.size(); ++i) {
                // Beyond what any recording lasts; also keeps an index within its type.
                if (!(std::abs(times[i]) <= 1e6)) core::fail_option("time_s " + core::number(times[i]) + " of discharge " + std::to_string(i) + ": allowed is -1e6 to 1e6");
                if (!(std::abs(gains[i]) <= 1e6)) core::fail_option("gain " + core::number(gains[i]) + " of discharge " + std::to_string(i) + ": allowed is -1e6 to 1e6");
            }
            if (unit && !(*unit >= 0 && *unit < units_))
                core::fail_option("unit " + std::to_string(*unit) + ": allowed is one that `discharges` returned before, or None");
            const bool unstable = jitter_ms != 0 || blocking != 0;
            if (!(jitter_ms >= 0 && jitter_ms <= 10)) core::fail_option("jitter_ms " + core::number(jitter_ms) + ": allowed is 0 to 10");
            if (!(blocking >= 0 && blocking <= 1)) core::fail_option("blocking " + core::number(blocking) + ": allowed is 0 to 1");
            if (unstable && p.parts.empty()) core::fail_option("jitter_ms and blocking need a potential in parts: make it with parts=2 or more");
            if (unstable && !named) core::fail_option("jitter_ms and blocking: allowed is for discharges with a label");
            if (named) named_.insert(site);
            std::optional<int> number = unit;
            if (named && !number) {
                number = scene_.new_unit();
                units_ = *number + 1;
            }
            sim::Random random = unstable ? draws(Draws::instability, count_[Draws::instability]++) : sim::Random(0);
            for (std::size_t i = 0; i < times.size(); ++i) {
                const sim::Firing firing{times[i], gains[i]};
                if (unstable) scene_.discharge(site, *number, p.whole, p.parts, {jitter_ms, blocking}, random, firing, name);
                else if (named) scene_.discharge(site, *number, p.whole, firing, name);
                else scene_.add(site, p.whole, firing);
            }
            return named ? number : std::nullopt;
        });
    }
    void segment(std::size_t site, double onset_s, double end_s, const std::string& label) {
        const Label named = label_of(label);
        require_stretch("segment", onset_s, end_s);
        adding([&] { scene_.segment(site, onset_s, end_s, named); }, true);
    }
    void confounder(double onset_s, double end_s, const std::string& kind) {
        require_stretch("confounder", onset_s, end_s);
        adding([&] { scene_.confounder({onset_s, end_s}, kind.c_str()); }, true);
    }

    void hum(const std::vector<std::size_t>& sites, std::optional<double> phase_turns, const py::dict& given) {
        sim::HumOptions options;
        apply("hum", given, options);
        adding([&] {
            for (const std::size_t site : sites) {
                sim::Random one_mains = draws(Draws::hum, 0);
                sim::Random own = draws(Draws::hum_phase, site);
                scene_.wave(site, sim::mains_hum(one_mains, options, scene_.sampling_rate_hz(), frames(), phase_turns.value_or(own.uniform())), 1.0);
            }
            throughout("mains");
        });
    }
    void drift(const std::vector<std::size_t>& sites, const py::dict& given) {
        sim::DriftOptions options;
        apply("drift", given, options);
        adding([&] {
            for (const std::size_t site : sites)
                for (std::size_t c = 0; c < scene_.channels(site); ++c) {
                    sim::Random own = draws(Draws::drift, site * 65536 + c);
                    const auto wave = sim::baseline_drift(own, scene_.sampling_rate_hz(), frames(), options);
                    const auto channel = scene_.channel(site, c);
                    for (std::size_t i = 0; i < channel.size(); ++i) channel[i] += wave[i];
                }
            throughout("drift");
        });
    }
    [[nodiscard]] py::array_t<double> ecg(const std::vector<std::size_t>& sites, bool inverted, const py::dict& given) {
        sim::EcgOptions options;
        apply("ecg", given, options);
        sim::Ecg beats;
        adding([&] {
            sim::Random one_heart = draws(Draws::ecg, 0);
            beats = sim::ecg(one_heart, scene_.sampling_rate_hz(), frames(), options);
            for (const std::size_t site : sites) scene_.wave(site, beats.waveform, inverted ? -1.0 : 1.0);
            throughout("ecg");
        });
        return numbers(beats.r_peak_s);
    }
    void movement(std::size_t site, double at_s, const py::dict& given) {
        sim::MovementOptions options;
        apply("movement", given, options);
        adding([&] {
            require_time("movement", at_s);
            sim::Random random = draws(Draws::movement, count_[Draws::movement]++);
            scene_.artefact(site, sim::movement(random, scene_.sampling_rate_hz(), at_s, options), "movement");
        });
    }
    void pop(std::size_t site, std::size_t channel, double at_s, const py::dict& given) {
        sim::PopOptions options;
        apply("pop", given, options);
        adding([&] {
            require_time("pop", at_s);
            require_channel(site, channel);
            scene_.confounder(sim::add_artefact(scene_.channel(site, channel), sim::electrode_pop(scene_.sampling_rate_hz(), at_s, options)), "pop");
        });
    }
    void cable(std::size_t site, double at_s, const py::dict& given) {
        sim::CableOptions options;
        apply("cable", given, options);
        adding([&] {
            require_time("cable", at_s);
            scene_.artefact(site, sim::cable_swing(scene_.sampling_rate_hz(), at_s, options), "cable");
        });
    }
    void stimuli(const std::vector<std::size_t>& sites, double at_s, const py::dict& given) {
        sim::StimulusOptions options;
        apply("stimuli", given, options);
        adding([&] {
            require_time("stimuli", at_s);
            for (const sim::Artefact& one : sim::stimuli(scene_.sampling_rate_hz(), at_s, options)) {
                sim::Extent extent;
                for (const std::size_t site : sites)
                    for (std::size_t c = 0; c < scene_.channels(site); ++c) extent = sim::add_artefact(scene_.channel(site, c), one);
                scene_.confounder(extent, "stimulus");
            }
        });
    }

    void clip(double rail_uv) {
        if (!(rail_uv > 0 && core::is_finite(rail_uv))) core::fail_option("rail_uv " + core::number(rail_uv) + ": allowed is above 0");
        faulting([&] { scene_.clip(rail_uv); });
    }
    void lose_contact(std::size_t site, std::size_t channel, double begin_s, double end_s, const py::dict& given) {
        sim::ContactOptions options;
        apply("lose_contact", given, options);
        faulting([&] {
            require_channel(site, channel);
            sim::Random random = draws(Draws::contact, count_[Draws::contact]++);
            scene_.lose_contact(site, channel, begin_s, end_s, random, options);
        });
    }
    void drop_samples(double begin_s, double end_s, const py::object& kind) {
        const auto dropped = choice_of<sim::Dropped>("kind of drop_samples", kind);
        faulting([&] { scene_.drop_samples(begin_s, end_s, dropped); });
    }

    [[nodiscard]] py::tuple finish() {
        const sim::Simulated done = adding([&] {
            finished_ = true;
            return scene_.finish();
        }, true);
        py::array_t<float> samples({static_cast<py::ssize_t>(done.info.channels.size()), static_cast<py::ssize_t>(done.info.frames)});
        std::copy(done.samples.begin(), done.samples.end(), samples.mutable_data());
        return py::make_tuple(samples, to_dict(done.info), done.truth, std::string(to_string(done.electrode)));
    }

private:
    template <class Do>
    std::invoke_result_t<Do> adding(Do change, bool after_faults = false) {
        const py::gil_scoped_release release;
        const std::lock_guard lock(mutex_);
        if (finished_) core::fail_option("the scene is finished: build another one");
        if (faulted_ && !after_faults) core::fail_option("clip, lose_contact and drop_samples replace samples: what is added has to come before them");
        return change();
    }
    template <class Do>
    void faulting(Do change) {
        adding([&] {
            change();
            faulted_ = true;
        }, true);
    }
    void background_comes(std::size_t site) const {
        if (grounded_.count(site)) core::fail_option("the site has its noise or background: allowed is one of them, once");
        // The truth of a discharge holds the noise around it.
        if (named_.count(site)) core::fail_option("noise and background come before the discharges of their site");
    }
    void throughout(const char* kind) {
        if (throughout_.insert(kind).second) scene_.confounder({0.0, scene_.duration_s()}, kind);
    }
    void require_channel(std::size_t site, std::size_t channel) const {
        if (channel >= scene_.channels(site))
            core::fail_option("channel " + std::to_string(channel) + ": allowed is 0 to " + std::to_string(scene_.channels(site) - 1));
    }
    void require_time(const char* what, double at_s) const {
        if (!(at_s >= 0 && at_s < scene_.duration_s()))
            core::fail_option(std::string(what) + " at " + core::number(at_s) + " s: allowed is 0 to " + core::number(scene_.duration_s()));
    }
    static void require_stretch(const char* what, double onset_s, double end_s) {
        if (!(core::is_finite(onset_s) && core::is_finite(end_s) && onset_s < end_s))
            core::fail_option(std::string(what) + " from " + core::number(onset_s) + " to " + core::number(end_s) + " s: allowed is onset < end");
    }
    [[nodiscard]] static Label label_of(const std::string& name) {
        if (const auto label = label_from(name)) return *label;
        std::string names;
        for (const LabelInfo& info : label_table) names += (names.empty() ? "" : ", ") + std::string(info.name);
        core::fail_option("label '" + name + "': allowed is " + names);
    }
    [[nodiscard]] sim::Random draws(Draws kind, std::uint64_t number) const noexcept {
        return scene_.random((static_cast<std::uint64_t>(kind) << 32) + number);
    }
    [[nodiscard]] std::int64_t frames() noexcept { return static_cast<std::int64_t>(scene_.channel(0).size()); }

    sim::Scene scene_;
    std::mutex mutex_;
    std::set<std::size_t> grounded_, named_;
    std::set<std::string> throughout_;
    std::map<Draws, std::uint64_t> count_;
    int units_ = 0;
    bool faulted_ = false;
    bool finished_ = false;
};

/// A truth without loss, for pickling: `Truth.json` rounds amplitudes.
[[nodiscard]] py::tuple truth_state(const Truth& truth) {
    py::list discharges, segments, confounders;
    for (const TrueDischarge& d : truth.discharges)
        discharges.append(py::make_tuple(d.peak_s, d.site, d.unit, static_cast<int>(d.label), d.amplitude_uv, d.noise_rms_uv));
    for (const TrueSegment& s : truth.segments) segments.append(py::make_tuple(s.onset_s, s.end_s, s.site, static_cast<int>(s.label)));
    for (const Confounder& c : truth.confounders) confounders.append(py::make_tuple(c.onset_s, c.end_s, c.kind));
    return py::make_tuple(truth.version, truth.sampling_rate_hz, truth.duration_s, truth.band.low_hz, truth.band.high_hz, discharges,
                          segments, confounders);
}
[[nodiscard]] Truth truth_from(const py::tuple& state) {
    const auto label = [](int number) { return label_table.at(static_cast<std::size_t>(number)).label; };
    Truth truth;
    truth.version = py::cast<int>(state[0]);
    truth.sampling_rate_hz = py::cast<double>(state[1]);
    truth.duration_s = py::cast<double>(state[2]);
    truth.band = {py::cast<double>(state[3]), py::cast<double>(state[4])};
    for (const py::handle item : state[5]) {
        auto [peak_s, site, unit, kind, amplitude_uv, noise_uv] = py::cast<std::tuple<double, std::string, std::int32_t, int, double, double>>(item);
        truth.discharges.push_back({peak_s, std::move(site), unit, label(kind), amplitude_uv, noise_uv});
    }
    for (const py::handle item : state[6]) {
        auto [onset_s, end_s, site, kind] = py::cast<std::tuple<double, double, std::string, int>>(item);
        truth.segments.push_back({onset_s, end_s, std::move(site), label(kind)});
    }
    for (const py::handle item : state[7]) {
        auto [onset_s, end_s, kind] = py::cast<std::tuple<double, double, std::string>>(item);
        truth.confounders.push_back({onset_s, end_s, std::move(kind)});
    }
    return truth;
}

void bind_scene(py::module_& module) {
    py::class_<SceneBuilder>(module, "Scene")
        .def(py::init(&SceneBuilder::make), "sites"_a, "fs"_a, "duration_s"_a, "seed"_a, "electrode"_a)
        .def("noise_uv", &SceneBuilder::noise_uv, "site"_a, "time_s"_a)
        .def("noise", &SceneBuilder::noise, "site"_a, "options"_a)
        .def("background", &SceneBuilder::background, "site"_a, "samples"_a)
        .def("discharges", &SceneBuilder::discharges, "site"_a, "potential"_a, "time_s"_a, "gain"_a, "label"_a, "unit"_a, "jitter_ms"_a,
             "blocking"_a)
        .def("segment", &SceneBuilder::segment, "site"_a, "onset_s"_a, "end_s"_a, "label"_a)
        .def("confounder", &SceneBuilder::confounder, "onset_s"_a, "end_s"_a, "kind"_a)
        .def("hum", &SceneBuilder::hum, "sites"_a, "phase_turns"_a, "options"_a)
        .def("drift", &SceneBuilder::drift, "sites"_a, "options"_a)
        .def("ecg", &SceneBuilder::ecg, "sites"_a, "inverted"_a, "options"_a)
        .def("movement", &SceneBuilder::movement, "site"_a, "at_s"_a, "options"_a)
        .def("pop", &SceneBuilder::pop, "site"_a, "channel"_a, "at_s"_a, "options"_a)
        .def("cable", &SceneBuilder::cable, "site"_a, "at_s"_a, "options"_a)
        .def("stimuli", &SceneBuilder::stimuli, "sites"_a, "at_s"_a, "options"_a)
        .def("clip", &SceneBuilder::clip, "rail_uv"_a)
        .def("lose_contact", &SceneBuilder::lose_contact, "site"_a, "channel"_a, "begin_s"_a, "end_s"_a, "options"_a)
        .def("drop_samples", &SceneBuilder::drop_samples, "begin_s"_a, "end_s"_a, "kind"_a)
        .def("finish", &SceneBuilder::finish);
    module.def("truth_state", &truth_state, "truth"_a);
    module.def("truth_from", &truth_from, "state"_a);
}

void bind_random(py::module_& module) {
    py::class_<sim::Random>(module, "Random")
        .def(py::init<std::uint64_t, std::uint64_t>(), "seed"_a, "stream"_a)
        .def("uniform", [](sim::Random& r, double low, double high) { return r.uniform(low, high); }, "low"_a, "high"_a)
        .def("normal", [](sim::Random& r) { return r.normal(); })
        .def("exponential", [](sim::Random& r, double mean) { return r.exponential(mean); }, "mean"_a);
}

/// Defaults of every option struct, by its name.
[[nodiscard]] py::dict defaults() {
    py::dict all;
    const auto put = [&](const auto&... options) { ((all[Options<std::decay_t<decltype(options)>>::name] = to_dict_of(options)), ...); };
    (void)visit_patterns([&](const auto& options, const auto&) {
        put(options);
        return false;
    });
    put(sim::MotorUnitOptions{}, sim::Tissue{}, sim::Needle{}, sim::Fibre{}, sim::IntracellularPotential{}, sim::EndplateCurrent{},
        sim::NoiseOptions{}, sim::HumOptions{}, sim::DriftOptions{}, sim::EcgOptions{}, sim::MovementOptions{}, sim::PopOptions{},
        sim::CableOptions{}, sim::StimulusOptions{}, sim::ContactOptions{});
    return all;
}

}  // namespace

void bind_simulator(py::module_& module) {
    bind_random(module);
    bind_potentials(module);
    bind_scene(module);
    module.def("option_defaults", &defaults);
    module.def("patterns", [] {
        py::list names;
        (void)visit_patterns([&](const auto& options, const auto&) {
            names.append(Options<std::decay_t<decltype(options)>>::name);
            return false;
        });
        return names;
    });
    module.def("drawn_options", &drawn_options, "pattern"_a, "seed"_a, "stream"_a, "part"_a, "kind"_a);
    module.def("fire", &fire, "pattern"_a, "seed"_a, "stream"_a, "begin_s"_a, "end_s"_a, "draw"_a, "part"_a, "kind"_a, "pause_s"_a,
               "least_pause_s"_a, "options"_a);
    module.def("fire_voluntary", &fire_voluntary, "seed"_a, "stream"_a, "effort"_a, "draw"_a, "part"_a, "options"_a);
}

}  // namespace fascikit::python
