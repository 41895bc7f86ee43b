import { createRoot } from 'react-dom/client';
import '../theme/tokens.css';
import '../theme/base.css';
import './report.css';
import './views.css';
import { App } from './App.tsx';
import { followColours } from './colours.ts';

followColours();
const root = document.getElementById('root');
if (root) createRoot(root).render(<App />);
