#include <cerrno>
#include <cstdio>
#include <map>
#include <system_error>

#include "commands.hpp"
#include "fascikit/core/error.hpp"
#include "fascikit/io/sites.hpp"

namespace fascikit::cli {

void flush_output() {
    errno = 0;
    if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return;
    if (errno == EPIPE || errno == 0) throw OutputClosed{};
    core::fail_input("standard output: " + std::generic_category().message(errno));
}

Undisturbed::Undisturbed() {
    sigset_t ending;
    ::sigemptyset(&ending);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) ::sigaddset(&ending, signal);
    ::pthread_sigmask(SIG_BLOCK, &ending, &before_);
}

Undisturbed::~Undisturbed() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

CLI::Validator not_empty() {
    return {[](std::string& text) { return text.empty() ? std::string("the value is empty") : std::string(); }, ""};
}

void Input::add_to(CLI::App& command) {
    command.add_option("REC", path, "Recording: EDF, EDF+, BDF, BDF+, WFDB (.hea) or a table (.csv, .tsv, .txt)")
        ->required()->check(not_empty());
    command.add_option("--channels", channels, "Analyse only these, by label, in this order (A,B)")
        ->delimiter(',')->allow_extra_args(false);
    command.add_option("--unit", unit, "Unit of channels whose unit the file leaves blank: uV, mV, V or nV")
        ->check(not_empty());
    command.add_option("--fs", fs, "Sampling rate in Hz, for tables without a time column")->check(not_empty());
    auto* grid_option = command.add_option("--grid", grid, "Consecutive channels are electrode grids of ROWSxCOLUMNS, row by row");
    auto* pitch_option = command.add_option("--pitch", pitch_mm, "Distance between the electrodes of the grid in mm");
    grid_option->check(not_empty())->needs(pitch_option);
    pitch_option->needs(grid_option);
    command.add_option("--sites", sites, "JSON file that names the muscles and their channels")
        ->check(not_empty())->excludes(grid_option);
}

io::File Input::open(bool hash) const {
    int rows = 0, columns = 0;
    char rest = 0;
    if (!grid.empty() && (std::sscanf(grid.c_str(), "%4dx%4d%c", &rows, &columns, &rest) != 2 || rows < 1 || columns < 1))
        core::fail_option("--grid " + grid + ": allowed is ROWSxCOLUMNS, such as 8x8");
    if (!grid.empty() && !(pitch_mm > 0 && pitch_mm <= 1000))
        core::fail_option("--pitch " + core::number(pitch_mm) + " mm: allowed is above 0 to 1000");
    if (fs && *fs == 0) core::fail_option("--fs 0: allowed is more than 0 to 1e+09 Hz");
    io::ReadOptions options;
    options.channels = channels;
    options.unit = unit;
    options.fs = fs.value_or(0);
    options.hash = hash;
    auto file = io::read(path, options);
    if (!grid.empty()) file.set_sites(io::grid_sites(file.info(), rows, columns, pitch_mm));
    if (!sites.empty()) file.set_sites(io::read_sites(sites, file.info()));
    return file;
}

void Detection::add_to(CLI::App& command) {
    static const std::map<std::string, Electrode> electrodes{{"surface", Electrode::surface}, {"needle", Electrode::needle}};
    static const std::map<std::string, Mains> hums{
        {"auto", Mains::automatic}, {"50", Mains::hz50}, {"60", Mains::hz60}, {"off", Mains::off}};
    const auto add = [&](const char* name, auto& value, const auto& names, const char* allowed, const char* text) {
        auto* option = command.add_option_function<std::string>(
            name,
            [&value, &names, name, allowed](const std::string& word) {
                const auto it = names.find(word);
                if (it == names.end()) throw CLI::ValidationError(name, "'" + word + "': allowed is " + allowed);
                value = it->second;
            },
            text);
        option->type_name(allowed);
    };
    add("--electrode", electrode, electrodes, "surface|needle",
        "Band 20 to 500 Hz and labels of the skin, or 10 Hz to 10 kHz and labels of the needle [surface]");
    add("--mains", mains, hums, "auto|50|60|off", "Mains hum to take out, in Hz [auto: found from the data]");
    command.add_option("--false-per-minute", false_per_minute,
                       "Detections a minute and site that noise alone may cause")
        ->capture_default_str();
}

}  // namespace fascikit::cli
